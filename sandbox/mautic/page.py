"""One page of Mautic's rows as it is sent, with what its faults do to it."""

from collections.abc import Sequence

from flask import Response, request

from sandbox.mautic.rows import Row
from sandbox.mautic.shape import Answered, typed
from sandbox.service import answer, fault


def page_of(rows: Sequence[Row], usual: int) -> Sequence[Row]:
    """The rows of a page, `usual` of them unless the request sets a limit."""
    start = int(request.args.get("start", 0))
    limit = int(request.args.get("limit", usual))
    if capped := fault("page_capped"):
        limit = min(limit, int(str(capped["rows"])))
    if fault("start_ignored"):
        start = 0
    if (overlap := fault("overlapping_pages")) and start:
        start = max(0, start - int(str(overlap["rows"])))
    return rows[start : start + limit]


def entities(key: str, answered: Sequence[Answered], total: int, *, text_total: bool) -> Response:
    """Entities by id; the total of contacts is a text, and their empty body an object."""
    ids = [str(row["id"]) for row in answered]
    _spoil(answered)
    as_object = text_total != bool(fault("other_empties"))
    body: object = dict(zip(ids, answered, strict=True))
    if fault("body_as_list") or not (answered or as_object):
        body = list(answered)
    return _enveloped(key, body, total, text_total=text_total)


def stats(answered: Sequence[Answered], total: int) -> Response:
    """Rows of a table: always a list."""
    newer = bool(fault("typed_stats"))
    rows = [typed(row) for row in answered] if newer else list(answered)
    _spoil(rows)
    return _enveloped("stats", rows, total, text_total=not newer)


def errors(message: str, code: int, kind: str | None, status: int) -> Response:
    """Mautic's way to say no, in any status."""
    if fault("old_error_shape"):
        return answer({"error": {"code": code, "message": message}}, status)
    error: Answered = {"message": message, "code": code}
    if status >= 400:
        error["type"] = kind
        if kind is None:
            error["details"] = []
    return answer({"errors": [error]}, status)


def _enveloped(key: str, body: object, total: int, *, text_total: bool) -> Response:
    if off := fault("total_off"):
        total = max(0, total + int(str(off["delta"])))
    as_text = text_total != bool(fault("other_totals"))
    envelope: dict[str, object] = {"total": str(total) if as_text else total, key: body}
    if fault("total_absent"):
        del envelope["total"]
    if fault("body_absent"):
        del envelope[key]
    elif fault("body_null"):
        envelope[key] = None
    return answer(envelope)


def _spoil(answered: Sequence[Answered]) -> None:
    if bad := fault("bad_id"):
        for row in answered[: int(str(bad["rows"]))]:
            row["id"] = bad["value"]
    if bad := fault("bad_value"):
        for row in answered[: int(str(bad["rows"]))]:
            column = str(bad["column"])
            _holder(row, column)[column] = bad["value"]
    for row in answered:
        if absent := fault("column_absent"):
            column = str(absent["column"])
            _holder(row, column).pop(column, None)
        if added := fault("column_added"):
            row[str(added["column"])] = added["value"]


def _holder(row: Answered, column: str) -> Answered:
    """The row itself, or for a field of a contact the map of all fields."""
    fields = row.get("fields")
    if column in row or not isinstance(fields, dict):
        return row
    every: Answered = fields["all"]
    return every
