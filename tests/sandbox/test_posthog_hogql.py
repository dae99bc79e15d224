"""The HogQL that the sandbox understands, and what it says to the rest."""

import pytest

from sandbox.posthog.events import EVERYTHING, sort_value
from sandbox.posthog.hogql import HogQLError, parse

ZERO = "00000000-0000-4000-8000-000000000000"
NOON = 1_764_590_400_000_000  # 2025-12-01 12:00 UTC
MIDNIGHT = NOON - 12 * 3_600 * 1_000_000


def bounds(where: str, zone: str = "UTC") -> tuple[int | None, int | None]:
    """From which microsecond, and before which."""
    query = parse(f"select uuid from events where {where}", zone)
    low = query.low[0] if query.low != EVERYTHING[0] else None
    return low, query.high[0] if query.high != EVERYTHING[1] else None


@pytest.mark.parametrize(
    ("where", "low", "high"),
    [
        ("timestamp >= toDateTime64('2025-12-01 12:00:00', 6, 'UTC')", NOON, None),
        ("timestamp > '2025-12-01 12:00:00.000000'", NOON + 1, None),
        ("timestamp < toDateTime('2025-12-01T12:00:00Z')", None, NOON),
        ("timestamp <= '2025-12-01 12:00:00' and timestamp >= '2025-12-01'", MIDNIGHT, NOON + 1),
        ("(timestamp = '2025-12-01 12:00:00')", NOON, NOON + 1),
        ("timestamp >= toDateTime64('2025-12-01 12:00:00.123456', 6)", NOON + 123_456, None),
        ("timestamp >= toDateTime64('2025-12-01 12:00:00.123456', 3)", NOON + 123_000, None),
        ("toTimeZone(timestamp, 'UTC') >= '2025-12-01 12:00:00'", NOON, None),
    ],
)  # fmt: skip
def test_bounds_of_time(where: str, low: int | None, high: int | None) -> None:
    assert bounds(where) == (low, high)


def test_a_time_without_a_zone_is_the_projects() -> None:
    where = "timestamp >= toDateTime64('2025-12-01 07:00:00', 6)"
    assert bounds(where, "America/New_York") == (NOON, None)
    assert bounds("timestamp >= '2025-12-01 07:00:00'", "America/New_York") == (NOON, None)


@pytest.mark.parametrize(("sign", "more"), [(">", 1), (">=", 0)])
def test_the_keyset(sign: str, more: int) -> None:
    where = f"(timestamp, uuid) {sign} (toDateTime64('2025-12-01 12:00:00', 6), toUUID('{ZERO}'))"
    query = parse(f"select uuid from events where {where} order by timestamp, uuid", "UTC")
    assert query.after == (NOON, sort_value(ZERO) + more)
    assert (query.order, query.descending) == (("timestamp", "uuid"), False)


def test_columns_and_their_names() -> None:
    text = """
        select uuid as id, `$session_id`, properties.utm_source, person.properties.email as email,
               toTimeZone(timestamp, 'UTC') -- a comment
        from events where event in ('landing', 'it''s') and event = 'landing' limit 5;
    """
    query = parse(text, "UTC")
    assert [c.name for c in query.columns] == [
        "id", "`$session_id`", "properties.utm_source", "email", "toTimeZone(timestamp, 'UTC')",
    ]  # fmt: skip
    assert query.events == frozenset({"landing"})
    assert query.limit == query.rows == 5


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        ("", "hogql_syntax_error", "Empty query"),
        ("selec uuid from events", "hogql_syntax_error", "no viable alternative"),
        ("select uuid from events limit 5 5", "hogql_syntax_error", "no viable alternative"),
        ("select uuid from events where", "hogql_syntax_error", "EOF"),
        ("select uuid from events where timestamp > \"x\"", "hogql_syntax_error", "token"),
        ("select colour from events", "hogql_query_error", "Unable to resolve field: colour"),
        ("select person from events", "hogql_query_error", "person"),
        ("select uuid from sessions", "hogql_query_error", "Unknown table `sessions`"),
        ("select * from events", "hogql_query_error", "name the columns"),
        ("select uuid from events limit 5 offset 5", "hogql_query_error", "OFFSET is not"),
        ("select uuid from events offset 5", "hogql_query_error", "OFFSET is not"),
        ("select uuid from events limit 5, 5", "hogql_query_error", "OFFSET is not"),
        ("select uuid from events order by uuid", "hogql_query_error", "order"),
        ("select uuid from events order by timestamp desc, uuid", "hogql_query_error", "order"),
        ("select count(), uuid from events", "hogql_query_error", "count"),
        ("select sum(uuid) from events", "hogql_query_error", "sum"),
        ("select uuid from events where distinct_id = 'x'", "hogql_query_error", "distinct_id"),
        ("select uuid from events where timestamp > now()", "hogql_query_error", "now"),
        ("select uuid from events where timestamp > 'soon'", "cannot_parse_text", "soon"),
        ("select uuid from events where timestamp > '2025-13-01'", "cannot_parse_text", "13"),
        ("select uuid from events where timestamp > toDateTime64('2025-12-01 00:00:00Z', 6)",
         "cannot_parse_text", "Cannot parse"),
        ("select uuid from events where (timestamp, uuid) > ('2025-12-01', toUUID('x'))",
         "cannot_parse_uuid", "x"),
        ("select toTimeZone(timestamp, 'Mars/Olympus') from events", "hogql_query_error", "Mars"),
    ],
)  # fmt: skip
def test_refusals(text: str, code: str, says: str) -> None:
    with pytest.raises(HogQLError, match=r".") as refused:
        parse(text, "UTC")
    assert refused.value.code == code
    assert says in refused.value.detail
