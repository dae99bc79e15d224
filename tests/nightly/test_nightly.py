"""The workflows as they stand, run by a local runner against the sandbox and a Postgres."""

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import psycopg2
import pytest

from loaders.redaction import WORDS, secrets_of
from loaders.registry import SOURCES
from sandbox.server import Sandbox
from tests.conftest import temporary_server
from tests.nightly.runner import Run, run_workflow
from tests.postgres import Database, Server

pytestmark = pytest.mark.slow

PRODUCTION = Path(__file__).parents[2] / "docs/production.md"
NO_DBT = Path(__file__).with_name("no_dbt")
DECEMBER = {"start_date": "2025-12-01", "end_date": "2025-12-18", "client": "713"}
AWS_SECRET = "AWS_SECRET_ACCESS_KEY"  # noqa: S105  # its name
SECRETS = (
    "EVERFLOW_API_KEY",
    "REDTRACK_API_KEY",
    AWS_SECRET,
    "POSTHOG_API_KEY",
    "MAUTIC_CLIENT_SECRET",
    "GOOGLE_SHEETS_CREDENTIALS_JSON",
)
WRONG_KEY = "wrong-everflow-key-5b1c"
WRONG_SECRET = "wrong/aws+secret-9f04"  # noqa: S105  # made
OWNER_PASSWORD = "a p@ss/word: 100% #1 & $HOME"  # noqa: S105  # made, of what breaks addresses
BI_PASSWORD = "a long password of its own"  # noqa: S105  # stands in docs/production.md
STEPS = [
    "Check out",
    "Python",
    "Install",
    "Doctor",
    "Run",
    "Keep the run's results",
    "Docs",
    "Keep the docs",
    "Keep the report",
    "Summary",
]


@dataclass(frozen=True)
class Nightly:
    """A repository's variables and secrets on GitHub, and the warehouse that they lead to."""

    database: Database
    variables: dict[str, str]
    secrets: dict[str, str]
    folder: Path

    def run(self, name: str, dbt: Path | None = None, **secrets: str) -> Run:
        return run_workflow(
            "nightly",
            self.folder / name,
            inputs=DECEMBER,
            variables=self.variables,
            secrets=self.secrets | secrets,
            dbt=dbt,
        )


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server of its own: roles belong to the whole server, and other tests make the same."""
    with temporary_server() as started:
        yield started


@pytest.fixture(scope="module")
def nightly(
    sandbox_server: Sandbox, server: Server, tmp_path_factory: pytest.TempPathFactory
) -> Nightly:
    """As on Supabase: over TCP, with a password, and an owner who is no superuser."""
    database = server.create()
    database.execute(
        # a session pooler gives out 15 connections on small plans, and people take some of them
        "create role owner login createrole bypassrls connection limit 8",
        f"alter role owner password '{OWNER_PASSWORD}'",
        f"alter database {database.name} owner to owner",
        "set role owner",
        *production_sql(),
    )
    sandbox_server.redtrack.lift_limits()
    sandbox_server.s3_exports.reset()
    settings = {name: value for s in SOURCES for name, value in sandbox_server.environ(s).items()}
    return Nightly(
        database,
        variables={
            "PGHOST": "127.0.0.1",
            "PGPORT": str(server.port),
            "PGUSER": "owner",
            "PGDATABASE": database.name,
            "PGSSLMODE": "disable",  # the wheel's server was built without TLS
            "SIGNALROOM_BI_ROLE": "bi",
            **{name: value for name, value in settings.items() if name not in SECRETS},
        },
        secrets={
            "PGPASSWORD": OWNER_PASSWORD,
            **{name: settings[name] for name in SECRETS},
        },
        folder=tmp_path_factory.mktemp("nightly"),
    )


def production_sql() -> list[str]:
    """The statements that docs/production.md tells people to run once."""
    blocks = re.findall(r"```sql\n(.+?)```", PRODUCTION.read_text(), re.DOTALL)
    return [statement for block in blocks for statement in block.split(";") if statement.strip()]


@pytest.fixture(scope="module")
def good(nightly: Nightly) -> Run:
    return nightly.run("good")


@pytest.fixture(scope="module")
def wrong_key(nightly: Nightly, good: Run) -> Run:
    """The next night, when somebody had replaced the keys of Everflow and of the bucket."""
    assert good.exit_code == 0
    wrong = {"EVERFLOW_API_KEY": WRONG_KEY, AWS_SECRET: WRONG_SECRET}
    return nightly.run("wrong-key", NO_DBT, **wrong)


def test_every_step_of_a_good_night_runs(good: Run) -> None:
    assert good.steps == dict.fromkeys(STEPS, "success"), good.output[-5000:]
    assert good.exit_code == 0


def test_the_marts_hold_december(nightly: Nightly, good: Run) -> None:
    _, rows = nightly.database.fetch(
        "select sum(conversions), sum(payout), min(report_date)::text, max(report_date)::text "
        "from marts.daily_summary where client_id = '713' and advertiser_label = 'CCW' "
        "and conversions > 0"
    )
    assert rows == [(4592, Decimal("124340.0000"), "2025-12-01", "2025-12-18")], good.summary


def test_the_summary_shows_the_numbers(nightly: Nightly, good: Run) -> None:
    assert "Failed" not in good.summary
    _, rows = nightly.database.fetch(
        "select report_date, advertiser_id, advertiser_label, conversions, revenue, payout, spend "
        "from marts.daily_summary where report_date >= '2025-12-12' and spend > 0"
    )
    assert len(rows) > 7
    shown = [line.split() for line in good.summary.splitlines()]
    for day, advertiser_id, label, conversions, *money in rows:
        row = [
            str(day),
            str(advertiser_id),
            label,
            f"{conversions:,}",
            *(f"{value:,.2f}" for value in money),
        ]
        assert row in [words[: len(row)] for words in shown], good.summary


def test_the_summary_shows_the_orders(good: Run) -> None:
    said = good.summary
    for table, numbers in (
        ("orders_create", "18 +1,078 +2 .* 2025-12-18"),
        ("orders_update", "18 +1,224 +0 .* 2025-12-18"),
    ):
        assert re.search(rf"713 +s3_exports.{table} +{numbers}", said), said
    orders = said.partition("Orders of client 713")[2]
    assert re.search(r"2025-12-18 +1 +CCW +40 +35 +87.5% +3,272.80 +93.51 +yes", orders), said
    assert re.search(r"\nCA +1 +CCW +35 ", said.partition("Top states of client 713")[2]), said


def test_results_and_docs_are_kept(good: Run) -> None:
    assert '"status": "pass"' in good.artifact("run-results", "run_results.json")
    assert '"status": "error"' not in good.artifact("run-results", "run_results.json")
    assert 'id="fct_affiliate_daily"' in good.artifact("docs", "dictionary.html")
    assert "Made " in good.artifact("docs", "index.html")
    assert "December 18 is complete." in good.artifact("report", "713/index.html")


def test_the_docs_open_on_a_page_of_ours_and_seeds_stand_in_a_folder_of_that_name(
    good: Run,
) -> None:
    docs = good.artifact("docs", "dbt/index.html")
    assert '"doc.signalroom.__overview__"' in docs
    paths = set(re.findall(r'"original_file_path": "([^"]+)"', docs))
    assert "seeds/affiliate_mapping.csv" in paths
    assert not [path for path in paths if path.startswith("..")]


def test_the_role_of_the_bi_tool_reads_marts_and_nothing_else(nightly: Nightly, good: Run) -> None:
    connection = psycopg2.connect(
        host="127.0.0.1",
        port=nightly.variables["PGPORT"],
        dbname=nightly.database.name,
        user="bi",
        password=BI_PASSWORD,
    )
    connection.autocommit = True
    with closing(connection), connection.cursor() as cursor:
        cursor.execute("select count(*) > 0 from marts.daily_summary")
        assert cursor.fetchone() == (True,)
        for table in (
            "everflow.daily_stats",
            "s3_exports.orders_create",
            "staging.stg_s3_exports__order_events",
            "ops.load_runs",
            "ops.hash_salt",
            "public.affiliate_mapping",
        ):
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cursor.execute(f"select * from {table}")


def test_a_wrong_key_turns_the_run_red_but_stops_nothing_else(wrong_key: Run) -> None:
    assert wrong_key.exit_code != 0
    failed = {"Doctor": "failure", "Run": "failure"}
    assert wrong_key.steps == dict.fromkeys(STEPS, "success") | failed, wrong_key.output[-5000:]
    assert '"status": "pass"' in wrong_key.artifact("run-results", "run_results.json")
    assert "of a stand-in" in wrong_key.artifact("docs", "dbt/index.html")


def test_the_summary_says_which_source_failed_and_still_shows_the_numbers(wrong_key: Run) -> None:
    said = wrong_key.summary
    assert re.search(r"### Failed: doctor\n.*FAIL  713 everflow: .*HTTP 401", said, re.DOTALL), said
    assert re.search(r"### Failed: run\n.*everflow failed: 713 .*HTTP 401", said, re.DOTALL), said
    for wrong in (r"FAIL  713", r"s3_exports failed: 713 s3_exports\.orders_create:"):
        assert re.search(rf"{wrong} .*SignatureDoesNotMatch.*check AWS_SECRET_ACCESS_KEY", said), (
            said
        )
    for well in (r"redtrack +ok +1 +145 ", r"build +ok ", r"report +ok "):
        assert re.search(rf"\n{well}", said), said
    assert re.search(r"2025-12-18 +1 +CCW +269 ", said), said


def test_no_secret_is_shown_or_kept(nightly: Nightly, good: Run, wrong_key: Run) -> None:
    for run in (good, wrong_key):
        committed = run.kept / "docs/files"  # where the stand-ins' keys are written down
        paths = [p for p in run.kept.rglob("*") if p.is_file() and committed not in p.parents]
        kept = "".join(path.read_bytes().decode(errors="replace") for path in paths)
        # of a key file the key is secret, its addresses and its project's name are not
        secrets = [*secrets_of(nightly.secrets), WRONG_KEY, WRONG_SECRET]
        parts = {secret[at : at + 8] for secret in secrets for at in range(len(secret) - 7)}
        for place in (run.output, run.summary, kept):
            assert not [secret for secret in nightly.secrets.values() if secret in place]
            # the stand-ins' keys are made of words, which are no secrets
            assert not [part for part in parts if part in place and not WORDS.fullmatch(part)]


def test_a_repository_without_settings_is_told_what_it_lacks(nightly: Nightly) -> None:
    run = run_workflow(
        "nightly", nightly.folder / "unset", inputs={}, variables={}, secrets={}, dbt=NO_DBT
    )
    assert run.exit_code != 0
    assert run.steps["Install"] == "success"
    for step in ("doctor", "run"):
        assert f"### Failed: {step}\n" in run.summary
    for name in (
        "PGHOST",
        "PGUSER",
        "PGPASSWORD",
        "PGDATABASE",
        "EVERFLOW_API_KEY",
        "S3_BUCKET_NAME",
        "POSTHOG_API_KEY",
        "MAUTIC_BASE_URL",
        "GOOGLE_SHEETS_CREDENTIALS_JSON",
    ):
        assert name in run.summary


def test_an_hour_shows_today_beside_other_days(nightly: Nightly, good: Run) -> None:
    hourly = run_workflow(
        "hourly",
        nightly.folder / "hourly",
        inputs={},
        variables=nightly.variables,
        secrets=nightly.secrets,
        dbt=NO_DBT,
    )
    assert hourly.exit_code == 0, hourly.output[-5000:]
    assert re.search(r"Client 713 today in the hour from \d+:00, and other days", hourly.summary)
    _, rows = nightly.database.fetch(
        "select kind, status from ops.runs order by started_at desc limit 1"
    )
    assert rows == [("hourly", "ok")]
