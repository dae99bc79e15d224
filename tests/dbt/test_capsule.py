"""A capsule holds one client, and no person: every byte of it is searched, unpacked."""

import zipfile
from collections import defaultdict
from email import message_from_bytes
from email.policy import default
from io import BytesIO
from pathlib import Path

import pyarrow.parquet
import pytest

from tests.clients.order_files import SALT
from tests.dbt.test_people import MARKS
from tests.dbt.warehouses import inside
from tests.support import REPOSITORY, Project

pytestmark = pytest.mark.slow

CLIENT = "nasty"
LONG = 8  # letters: shorter texts are words that any page may hold
TEXTS = """
    select table_name, column_name from information_schema.columns
    where table_schema = 'marts' and data_type in ('text', 'character varying', 'VARCHAR')
"""


@pytest.fixture
def capsule(project: Project) -> zipfile.ZipFile:
    with inside(project):
        result = project.run("report", "--client", CLIENT, "--capsule")
    assert result.exit_code == 0, result.output
    assert result.output == f"report/{CLIENT}.zip\n"
    return zipfile.ZipFile(project.root / "report" / f"{CLIENT}.zip")


def contents(capsule: zipfile.ZipFile) -> dict[str, str]:
    """Each member as text, with what is packed inside it unpacked; pixels hold none."""
    texts = {}
    for name in capsule.namelist():
        packed = capsule.read(name)
        texts[name] = packed.decode(errors="replace")
        if name.endswith(".parquet"):
            file = pyarrow.parquet.ParquetFile(BytesIO(packed))
            texts[name] = f"{file.schema_arrow} {file.metadata.metadata} {file.read().to_pylist()}"
        if name.endswith(".eml"):
            parts = message_from_bytes(packed, policy=default).walk()
            texts[name] += "".join(
                p.get_content() for p in parts if p.get_content_maintype() == "text"
            )
    return texts


def values(project: Project) -> dict[str, set[str]]:
    """Texts of the marts, and the clients for whom each stands there."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    of_each = (
        f"select distinct {column}, client_id from marts.{table} where length({column}) >= {LONG}"
        for table, column in project.query(TEXTS)
    )
    for value, client_id in project.query(" union ".join(of_each)):
        found[value].add(client_id)
    return found


def test_nothing_of_others_and_nobody_by_name(project: Project, capsule: zipfile.ZipFile) -> None:
    # what stands for several, or in a description, is a word of ours, such as a status
    own = " ".join(value for value, whose in values(project).items() if CLIENT in whose)
    descriptions = (REPOSITORY / "dbt_project/models").rglob("*.yml")
    own += " ".join(word for path in descriptions for word in path.read_text().split())
    others = {value for value, whose in values(project).items() if len(whose) == 1}
    canaries = {value for value in others if value not in own} - {"december"}  # Vega knows months
    assert len(canaries) > 500
    people = {mark.lower() for mark in (*MARKS, SALT)}
    for name, text in contents(capsule).items():
        assert [canary for canary in canaries if canary in text] == [], name
        assert [mark for mark in people if mark in text.lower()] == [], name


def test_what_is_in_it(project: Project, capsule: zipfile.ZipFile) -> None:
    """Every mart with rows of the client, none without, and a definition of each column."""
    names = {Path(name) for name in capsule.namelist()}
    marts = project.query(
        "select distinct table_name from information_schema.columns "
        "where table_schema = 'marts' and column_name = 'client_id'"
    )
    filled = {
        mart
        for (mart,) in marts
        if project.query(f"select 1 from marts.{mart} where client_id = '{CLIENT}' limit 1")
    }
    assert filled < {mart for (mart,) in marts}, "a report of another client's advertiser"
    for kind in ("csv", "parquet"):
        found = {name.stem for name in names if name.suffix == f".{kind}"}
        assert found == filled
    described = capsule.read(f"{CLIENT}/docs/dictionary.html").decode()
    for mart in filled:
        assert f'<section id="{mart}">' in described
    assert 'id="daily_summary.effective_cpa"' in described
    assert {f"{CLIENT}/index.html", f"{CLIENT}/report.eml"} <= set(map(str, names))
