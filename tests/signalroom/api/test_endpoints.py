"""What is answered: pages, filters, ETags, and problems in one form."""

import json
from pathlib import Path
from typing import Any

import pytest
import requests

from signalroom.api.pages import Cursor
from tests.signalroom.api.served import CLIENTS, ENDPOINTS, Served, serving

DAYS = {"start": "2025-12-17", "end": "2025-12-18", "client_id": "it's"}


def test_rows_are_those_of_the_mart(served: Served) -> None:
    row = next(served.rows("/api/daily-summary", **DAYS))
    assert row == {
        **{"client_id": "it's", "report_date": "2025-12-17", "advertiser_id": -1},
        **{"advertiser_label": 'CCW "größer"', "clicks": 5_000_000_000, "revenue": "-1.5000"},
        **{"cpa": None, "is_complete": True, "incomplete_reason": None, "is_settled": False},
        **{"orders_complete": True, "orders_incomplete_reason": None},
    }


@pytest.mark.parametrize(
    ("path", "parameters", "rows"),
    [
        ("daily-summary", {}, 180),
        ("daily-summary", DAYS, 6),
        ("daily-summary", DAYS | {"is_complete": "false"}, 3),
        ("daily-summary", DAYS | {"advertiser_id": -1}, 2),
        ("daily-summary", {"client_id": "nobody"}, 0),
        ("leaderboard", {"window": "7_days"}, 3),
        ("leaderboard", {"is_internal": "true", "affiliate_id": 2}, 0),
        ("completeness", {"is_complete": "false"}, 9),
    ],
)
@pytest.mark.parametrize("order", ["asc", "desc"])
def test_pages_have_each_row_once_in_order(
    served: Served, path: str, parameters: dict[str, object], rows: int, order: str
) -> None:
    found = list(served.rows(f"/api/{path}", **parameters, order=order, limit=7))
    keys = [
        tuple(row.get(name, 0) for name in ("client_id", "report_date", "advertiser_id"))
        for row in found
    ]
    assert len(found) == len(set(keys)) == rows
    assert keys == sorted(keys, reverse=order == "desc")


def test_pages_are_of_one_snapshot_as_long_as_it_is_kept(served: Served) -> None:
    first = served.get("/api/completeness", limit=30).json()
    served.execute("update marts.daily_summary set is_settled = true")
    for _ in range(2):
        served.publish()
        second = served.get("/api/completeness", limit=30, cursor=first["next"]).json()
        assert not any(row["is_settled"] for row in second["data"])
        assert len(second["data"]) == 30
    assert all(row["is_settled"] for row in served.rows("/api/completeness"))
    served.publish()
    gone = served.get("/api/completeness", limit=30, cursor=first["next"], order="asc")
    assert gone.status_code == 410
    served.execute("update marts.daily_summary set is_settled = false")
    served.publish()


def test_an_etag_holds_until_the_next_snapshot_for_who_was_given_it(served: Served) -> None:
    def ask(etag: str, *clients: str) -> requests.Response:
        headers = {"Authorization": f"Bearer {served.key(*clients)}", "If-None-Match": etag}
        return requests.get(f"{served.url}/api/completeness", headers=headers, timeout=10)

    etag = ask("").headers["ETag"]
    known = ask(f'"other", W/{etag}')
    assert (known.status_code, known.content, known.headers["ETag"]) == (304, b"", etag)
    assert ask(etag, "713").status_code == 200
    served.publish()
    assert ask(etag).status_code == 200


@pytest.mark.parametrize(
    "parameter",
    [
        *("start=0", "start=", "start=2025-02-30", "end=2025-12-01T00:00:00"),
        *("limit=0", "limit=1001", "limit=1.0", "limit=%2B1", "advertiser_id=1e3"),
        *("advertiser_id=9223372036854775808", "is_complete=1", "is_complete=True"),
        *("order=sideways", "client_id=", f"client_id={'x' * 101}", "clients=713"),
        *("cursor=", "cursor=x", "cursor=bnVsbA", "cursor=%C3%A9"),
    ],
)
def test_what_is_not_declared_is_a_problem(served: Served, parameter: str) -> None:
    problem = is_problem(served.get(f"/api/daily-summary?{parameter}"), 422)
    assert [error["parameter"] for error in problem["errors"]] == [parameter.partition("=")[0]]


@pytest.mark.parametrize("path", ["/", "/api/nothing", "/api/daily-summary/"])
def test_a_path_that_is_not_there_is_a_problem(served: Served, path: str) -> None:
    is_problem(served.get(path), 404)


def test_a_cursor_that_we_never_gave_out_is_a_problem(served: Served) -> None:
    version = "20251218T060000Z-00000000"
    for key in (("713", "2025-12-01", 2**63), ("713", "2025-12-01", "1"), ("\ud800", "x", 1), ()):
        cursor = str(Cursor(version, key))
        is_problem(served.get("/api/daily-summary", cursor=cursor), 422)
    good = str(Cursor(version, ("713", "2025-12-01", 1)))
    is_problem(served.get("/api/daily-summary", cursor=good), 410)


def test_who_has_no_key_or_another_clients_is_refused(served: Served) -> None:
    for path in ("/api/daily-summary", "/api/nothing"):
        for key in ("", served.key()[:-1], "sr_", "é"):
            headers = {"Authorization": f"Bearer {key}".encode()} if key else {}
            answer = requests.get(f"{served.url}{path}", headers=headers, timeout=10)
            is_problem(answer, 401)
            assert answer.headers["WWW-Authenticate"] == "Bearer"
    for client in ("cti", "nobody"):
        is_problem(served.get("/api/leaderboard", key=served.key("713"), client_id=client), 403)
    posted = requests.post(
        f"{served.url}/api/leaderboard",
        headers={"Authorization": f"Bearer {served.key()}"},
        timeout=10,
    )
    is_problem(posted, 405)
    assert posted.headers["Allow"] == "GET"


def test_a_key_that_asks_too_much_waits_and_holds_up_no_other(tmp_path: Path) -> None:
    with serving(tmp_path, rate=0.5) as served:
        is_problem(served.get("/api/leaderboard"), 503)
        assert requests.get(f"{served.url}/healthz", timeout=10).status_code == 503
        too_many = served.get("/api/leaderboard")
        is_problem(too_many, 429)
        assert int(too_many.headers["Retry-After"]) in (1, 2)
        is_problem(served.get("/api/leaderboard", key=served.key("713")), 503)


def test_a_mistake_of_ours_tells_nothing(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ValueError("secret insides")

    monkeypatch.setattr(served.service.store, "query", fail)
    problem = is_problem(served.get("/api/leaderboard", limit=3), 500)
    assert "secret" not in json.dumps(problem)


def test_the_page_of_the_docs_asks_nobody_for_anything(served: Served) -> None:
    answer = requests.get(f"{served.url}/docs", timeout=10)
    assert answer.headers["Content-Security-Policy"].startswith(
        "default-src 'none'; style-src 'unsafe"
    )
    assert answer.text.count("href=") == 1
    assert not any(word in answer.text for word in ("src=", "url(", "@import", "<script", "<b>"))
    for endpoint in ENDPOINTS:
        assert f"GET /api/{endpoint}" in answer.text
    assert CLIENTS[0] not in answer.text


def is_problem(answer: requests.Response, status: int) -> dict[str, Any]:
    """It is one as RFC 9457 wants it."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == status
    assert problem["request_id"] == answer.headers["X-Request-ID"]
    return problem
