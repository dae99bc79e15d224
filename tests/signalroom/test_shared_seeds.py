"""Tables of data/shared: copied as they are, or with what clients add; or refused with a line."""

import re
from pathlib import Path

import pytest

from signalroom.config.config_file import ConfigError
from signalroom.config.mappings import NOTHING
from signalroom.config.seeds import EVERYBODY, SHARED_SEEDS, WORDS
from tests.signalroom.seed_files import LATER, REPO, replace, sync

HEADER = "state_code,state_name,state_kind\n"


def states(root: Path) -> Path:
    return root / "data" / "shared" / "us_states.csv"


def test_our_own_states_are_the_postal_codes() -> None:
    lines = states(REPO).read_text(encoding="utf-8").splitlines()[1:]
    kinds = [line.rsplit(",", 1)[1] for line in lines]
    assert {kind: kinds.count(kind) for kind in kinds} == {
        "state": 50,
        "district": 1,
        "territory": 9,
        "military": 3,
    }


def test_our_own_aliases_are_upper_cased_as_they_are_looked_up() -> None:
    lines = (REPO / "data/shared/store_aliases.csv").read_text(encoding="utf-8").splitlines()[1:]
    aliases = [line.partition(",")[0] for line in lines]
    assert aliases == [alias.upper() for alias in aliases]


def test_a_change_is_drift_until_it_is_synced_also_for_one_client(root: Path) -> None:
    sync(root)
    replace(states(root), "Guam", "Guahan")
    (plan,) = [plan for plan in sync(root, LATER, "713").values() if plan.has_drift]
    assert list(plan.differences()) == ["  ~ GU: state_name: 'Guam' -> 'Guahan'"]
    assert not any(plan.has_drift for plan in sync(root).values())
    for seed in set(SHARED_SEEDS) - {WORDS}:
        source = root / "data/shared" / f"{seed.name}.csv"
        assert seed.path(root).read_bytes() == source.read_bytes()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("state_code,state_name\nTX,Texas\n", "line 1: the header must be state_code,state_name,"),
        (f"{HEADER}TX,Texas,state\nTX,Teksas,state\n", "line 3: TX is on an earlier line too"),
        (f"{HEADER}TX,,state\n", "line 2: state_name is blank or unprintable: ''"),
        (f"{HEADER}TX,Tex\tas,state\n", r"line 2: state_name is blank or unprintable: 'Tex\tas'"),
    ],
)
def test_a_wrong_table_is_refused(root: Path, text: str, reason: str) -> None:
    states(root).write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        sync(root)
    assert reason in refused.value.message


def words(root: Path, client: str, lines: str) -> None:
    path = root / "data/clients" / client / "mappings/words.csv"
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"list,word,meaning\n{lines}", encoding="utf-8")


def test_a_client_adds_words_of_its_own(root: Path) -> None:
    shared = len(sync(root)["words"].rows)
    words(root, "cti", "order_status,Declined - Do not honor,declined\nflag,ja,true\n")
    for chosen in ("713", None):  # whichever client is compiled
        plan = sync(root, LATER, chosen)["words"]
        assert len(plan.rows) == shared + 2
    own = [tuple(row.values())[1:] for row in plan.rows if row["client_id"] == "cti"]
    assert sorted(own) == [
        ("flag", "JA", "true"),
        ("order_status", "DECLINED - DO NOT HONOR", "declined"),
    ]
    assert {row["client_id"] for row in plan.rows} == {EVERYBODY, "cti"}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("status,NEW,approved", "list must be order_status, flag, country, not 'status'"),
        ("flag,ja,yes", "meaning must be true, false, not 'yes'"),
        ("flag,n/a,false", "line 2: 'n/a' in a file stands for nothing, and is never asked about"),
        ("flag,a=b,true", "word must not contain < = >: 'A=B'"),
        ("flag,Y,true\nflag,y,false", "line 3: flag 'Y' is on an earlier line too"),
    ],
)
def test_a_wrong_word_is_refused(root: Path, line: str, reason: str) -> None:
    words(root, "cti", f"{line}\n")
    with pytest.raises(ConfigError) as refused:
        sync(root)
    assert reason in refused.value.message


def test_what_stands_for_nothing_is_what_the_models_take_for_it() -> None:
    macro = (REPO / "dbt_project/macros/without_placeholder.sql").read_text(encoding="utf-8")
    lists = [line for line in macro.splitlines() if "nothing = " in line or "'s3_exports':" in line]
    words = {word.upper() for word in re.findall(r"'([^']*)'", "".join(lists))} - {"", "S3_EXPORTS"}
    assert {word.replace("\\\\", "\\") for word in words} == NOTHING


def test_a_missing_table_is_refused(root: Path) -> None:
    states(root).unlink()
    with pytest.raises(ConfigError, match=r"us_states\.csv: is missing"):
        sync(root)
