"""Mautic's records in the warehouse: all of them, as they are now, with what vanished marked."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from loaders.errors import ApiError
from loaders.sources.mautic import EMAIL_STATS
from loaders.sources.mautic_reader import Mautic
from loaders.sources.mautic_rows import decoded
from loaders.windows import Window
from sandbox.server import Sandbox
from tests.loaders.records.traps import account
from tests.support import Project, on_both_targets

TABLES = ("contacts", "emails", "campaigns", "segments", "email_stats", "page_hits",
          "lead_donotcontact", "lead_lists_leads")  # fmt: skip


def held(project: Project, table: str, columns: str, where: str = "true") -> list[Any]:
    rows = project.query(f"select {columns} from mautic.{table} where {where} order by 1")
    return [value for (value,) in rows] if "," not in columns else rows


def rows_read(project: Project, table: str) -> int:
    sql = f"select rows_read from ops.load_runs where table_name = '{table}' "
    return int(project.query(sql + "order by started_at desc limit 1")[0][0])


def load(project: Project, *arguments: str) -> str:
    result = project.run("load", "mautic", *arguments)
    assert result.exit_code == 0, result.output
    return str(result.output)


def reader(sandbox: Sandbox) -> Mautic:
    return Mautic(account(sandbox, "mautic"))


@on_both_targets
def test_everything_is_there_as_it_is(loaded: Project, sandbox: Sandbox) -> None:
    store = sandbox.mautic.store
    for table in TABLES:
        rows = store.rows("713", table)
        if table == "page_hits":
            rows = [row for row in rows if row["email_id"]]
        if table == "campaigns":
            rows = [row for row in rows if row["deleted"] is None]
        assert len(held(loaded, table, "_client_id", "_removed_at is null")) == len(rows) > 2
    runs = loaded.query("select table_name, verdict, rows_rejected from ops.load_runs")
    assert sorted(runs) == sorted((table, "ok", 0) for table in TABLES)

    (mail,) = held(loaded, "email_stats", "date_sent, is_read, open_count, source", "id = 1")
    made = store.rows("713", "email_stats")[0]
    sent = datetime.fromisoformat(str(made["date_sent"])).replace(tzinfo=UTC)
    assert mail == (sent, made["is_read"], made["open_count"], made["source"])
    orphans = "lead_id is not null and lead_id not in (select id from mautic.contacts)"
    assert held(loaded, "email_stats", "id", orphans) == []
    assert len(held(loaded, "email_stats", "id", "lead_id is null")) > 5

    assert held(loaded, "emails", "name, category", "id = 5") == [
        ("Sandbox newsletter: Q&A with an instructor", "Courses & offers (sandbox)")
    ]
    assert held(loaded, "emails", "id, variant_parent", "variant_parent is not null") == [(8, 7)]
    assert held(loaded, "segments", "id", "not is_published") == [5]
    urls = held(loaded, "page_hits", "distinct url")
    assert urls == ["https://courses.example.com/landing?utm_source=mautic&made=1"]


@on_both_targets
def test_a_contact(loaded: Project) -> None:
    ((added, modified, points, fields, tags),) = held(
        loaded, "contacts", "date_added, date_modified, points, fields, tags", "id = 4"
    )
    fields, tags = (json.loads(v) if isinstance(v, str) else v for v in (fields, tags))
    assert added == datetime(2025, 10, 13, 17, 54, 47, tzinfo=UTC)
    assert modified == datetime(2025, 10, 22, 14, 27, 1, tzinfo=UTC)
    assert points == 48
    assert fields["company"] == "Sample & Sons (sandbox)"
    assert fields["last_purchase"] == "2025-12-01 12:00:00"
    assert [tag["tag"] for tag in tags] == ["sandbox", "made"]
    assert held(loaded, "contacts", "email", "email is null") != []


def test_what_happens_after_sending_is_restated(loaded: Project, sandbox: Sandbox) -> None:
    store = sandbox.mautic.store
    fresh = held(loaded, "email_stats", "id", "not is_read and not is_failed")
    opened, clicked, bounced, left, gone = fresh[:5]
    hits, silenced = (
        len(held(loaded, "page_hits", "id")),
        len(held(loaded, "lead_donotcontact", "id")),
    )
    at = "2025-12-20 10:00:00"
    store.open(opened, at)
    store.open(opened, "2025-12-21 10:00:00")
    store.click(clicked, at)
    store.bounce(bounced, at)
    store.unsubscribe(left, at)
    store.remove("email_stats", gone)

    load(loaded)
    said = load(loaded)

    moment = datetime(2025, 12, 20, 10, tzinfo=UTC)
    columns = "id, is_read, open_count, date_read, is_failed, _removed_at is null"
    assert held(
        loaded, "email_stats", columns, f"id in ({opened}, {clicked}, {bounced}, {gone})"
    ) == [
        (opened, True, 2, moment, False, True),
        (clicked, True, 1, moment, False, True),
        (bounced, False, 0, None, True, True),
        (gone, False, 0, None, False, False),
    ]
    assert "mautic.email_stats: 2025-12-01" in said
    assert "1 deleted at the source" in said
    assert len(held(loaded, "page_hits", "id")) == hits + 1
    assert held(loaded, "lead_donotcontact", "reason", f"date_added = '{at}+00'") == [1, 2]
    assert len(held(loaded, "lead_donotcontact", "id")) == silenced + 2


def test_mail_is_restated_for_35_days_and_whenever_it_is_opened(
    loaded: Project, sandbox: Sandbox
) -> None:
    store = sandbox.mautic.store
    store.send(4, 10, "2026-01-20 10:00:00")
    load(loaded)
    old, young = (
        held(loaded, "email_stats", "id", f"not is_read and date_sent {which}")[0]
        for which in ("< '2025-12-16 05:00:00+00'", ">= '2025-12-16 05:00:00+00'")
    )
    for mail in (old, young):
        store.set("email_stats", mail, retry_count=7)
    load(loaded)
    assert held(loaded, "email_stats", "id", "retry_count = 7") == [young]
    store.open(old, "2026-01-21 10:00:00")
    load(loaded)
    assert held(loaded, "email_stats", "is_read", f"id = {old}") == [True]


def test_clicks_on_an_email_that_was_deleted_stay(loaded: Project, sandbox: Sandbox) -> None:
    """Mautic takes the e-mail's id out of them; the source still names it."""
    (clicks,) = held(loaded, "page_hits", "count(*)", "email_id = 6")
    sandbox.mautic.store.remove("emails", 6)
    load(loaded)
    assert clicks > 9
    assert held(loaded, "page_hits", "count(*)", "email_id is null and source_id = 6") == [clicks]
    assert held(loaded, "page_hits", "count(*)", "_removed_at is not null") == [0]


def test_contacts_come_when_they_are_new_or_edited(loaded: Project, sandbox: Sandbox) -> None:
    """Those of the last day alone are asked for."""
    store = sandbox.mautic.store
    store.edit("contacts", 5, "2026-01-05 10:00:00", firstname="Renamed")
    added = store.add(
        "contacts", date_added="2026-01-06 10:00:00", firstname="New", email="n@e.org"
    )
    store.set("contacts", 6, firstname="Not said to be edited")
    before = held(loaded, "contacts", "firstname", "id = 6")
    load(loaded)
    assert held(loaded, "contacts", "firstname", f"id in (5, {added})") == ["New", "Renamed"]
    assert held(loaded, "contacts", "firstname", "id = 6") == before
    dates = (row["date_modified"] or row["date_added"] for row in store.rows("713", "contacts"))
    newest = sum(str(at) >= "2025-12-26 05:00:00" for at in dates)
    assert rows_read(loaded, "contacts") == newest < 10


def test_a_deleted_contact_is_marked_and_its_mail_stays(loaded: Project, sandbox: Sandbox) -> None:
    """One that was edited lately by two loads, all others by two that read everything again."""
    young = held(loaded, "contacts", "id", "date_modified >= '2025-12-26 05:00:00+00'")[0]
    (old,) = held(loaded, "email_stats", "max(lead_id)", "lead_id < 300")
    mail = held(loaded, "email_stats", "id", f"lead_id = {old}")
    assert mail
    for contact in (young, old):
        sandbox.mautic.store.remove("contacts", contact)
    for _ in range(2):
        load(loaded)
    assert held(loaded, "contacts", "id", "_removed_at is not null") == [young]
    ids = ", ".join(map(str, mail))
    assert held(loaded, "email_stats", "lead_id, _removed_at", f"id in ({ids})") == [
        (None, None)
    ] * len(mail)
    members = held(loaded, "lead_lists_leads", "lead_id", "_removed_at is null")
    assert not {young, old} & set(members)
    for _ in range(2):
        load(loaded, "--full-refresh")
    assert held(loaded, "contacts", "id", "_removed_at is not null") == sorted([young, old])


@pytest.mark.usefixtures("quick_retries")
def test_dates_bound_the_mail_that_is_read(sandbox: Sandbox) -> None:
    """Days of New York; mail that was opened on them but sent before is not asked for."""
    days = Window(date(2025, 12, 5), date(2025, 12, 9), "America/New_York")
    ids = [int(row["id"]) for page in reader(sandbox).read(EMAIL_STATS, days) for row in page.rows]
    every = sandbox.mautic.store.rows("713", "email_stats")
    low, high = "2025-12-05 05:00:00", "2025-12-10 05:00:00"
    assert ids == [row["id"] for row in every if low <= str(row["date_sent"]) < high]
    assert len(ids) > 9


@pytest.mark.parametrize("rows", [1, 7, 2687, 2688, 2689])
@pytest.mark.usefixtures("quick_retries")
def test_no_page_size_loses_or_doubles_a_row(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    monkeypatch.setattr("loaders.sources.mautic_reader.PAGE_ROWS", rows)
    window = Window(date(2025, 12, 17)) if rows < 10 else Window()
    ids = [int(r["id"]) for page in reader(sandbox).read(EMAIL_STATS, window) for r in page.rows]
    every = sandbox.mautic.store.rows("713", "email_stats")
    since = "2025-12-17" if rows < 10 else ""
    dates = ("date_sent", "last_opened")
    assert ids == [r["id"] for r in every if max(str(r[name] or "") for name in dates) >= since]


@pytest.mark.usefixtures("quick_retries")
def test_mail_that_is_sent_while_we_read_is_read_too(sandbox: Sandbox) -> None:
    pages = reader(sandbox).read(EMAIL_STATS, Window())
    next(pages)
    added = sandbox.mautic.store.send(4, 10, "2025-12-20 10:00:00")
    assert [row["id"] for page in pages for row in page.rows][-1] == str(added)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Q&#38;A", "Q&A"),
        ("&amp;amp;", "&amp;"),
        ("caf&eacute; &#x2764;", "café ❤"),
        ("?a=1&copy=2&reg=3", "?a=1&copy=2&reg=3"),
        ("R&D; more", "R&D; more"),
    ],
)
def test_entities_are_decoded_once(text: str, plain: str) -> None:
    assert decoded({"a": [text, 1, None]}) == {"a": [plain, 1, None]}


@pytest.mark.usefixtures("quick_retries")
def test_the_doctor_names_the_version_and_what_cannot_be_read(sandbox: Sandbox) -> None:
    assert [(f.level, f.text) for f in reader(sandbox).examine()] == [
        ("ok", "mautic: Mautic 5.1.0 is reachable, 8 tables can be read")
    ]
    assert len(sandbox.mautic.requests) == 9
    sandbox.mautic.faults.on("no_permission", path="/api/stats/page_hits")
    refused, fine = reader(sandbox).examine()
    assert (refused.level, fine.text) == (
        "fail",
        "mautic: Mautic 5.1.0 is reachable, 7 tables can be read",
    )
    assert "/api/stats/page_hits answered HTTP 403" in refused.text
    sandbox.mautic.faults.on("client_refused")
    with pytest.raises(ApiError, match="check MAUTIC_CLIENT_ID and MAUTIC_CLIENT_SECRET"):
        list(reader(sandbox).examine())
