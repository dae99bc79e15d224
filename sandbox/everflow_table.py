"""The rows of Everflow's entity/table as they leave the server, with the faults of their form."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response

from sandbox.service import fault

_CONTROL_MARK = "@control@"  # stands for bare control characters until the body is text

Column = dict[str, Any]
Row = dict[str, Any]


def answer_table(rows: Sequence[Row], zone: str, *, incomplete: bool) -> Response:
    for number, row in enumerate(rows):
        row["columns"] = _columns(row["columns"], zone, number)
        _odd_metrics(row["reporting"], number)
    _bad_metric(rows)
    body: dict[str, object] = {"table": rows, "incomplete_results": incomplete}
    if fault("table_null"):
        body["table"] = None
    if fault("table_absent"):
        body = {}
    text = json.dumps(body).replace(_CONTROL_MARK, "\x01\n")
    return Response(text, mimetype="application/json")


def _columns(columns: list[Column], zone: str, number: int) -> list[Column]:
    for column in columns:
        if column["column_type"] == "date":
            _time_column(column, zone, number)
        elif column["column_type"] == "affiliate":
            _control_characters(column)
        if fault("capitalised_types"):
            column["column_type"] = column["column_type"].title()
    if fault("shuffled_columns"):
        turn = 1 + number % len(columns)
        return columns[turn:] + columns[:turn]
    return columns


def _time_column(column: Column, zone: str, number: int) -> None:
    epoch = int(str(column["id"]))
    if fault("epoch_as_number"):
        column["id"] = column["label"] = epoch
    if fault("iso_dates"):
        local = datetime.fromtimestamp(epoch, ZoneInfo(zone))
        column["id"] = column["label"] = local.date().isoformat()
    if (bad := fault("bad_date")) and number < int(str(bad["rows"])):
        column["id"] = column["label"] = bad["value"]
    if fault("epoch_only_in_id"):
        column["label"] = ""
    if fault("epoch_only_in_label"):
        column["id"] = ""


def _control_characters(column: Column) -> None:
    marked = fault("control_characters")
    if marked and column["id"] == str(marked["id"]):
        mark = "\x00" if marked["escaped"] else _CONTROL_MARK
        column["label"] = f"{column['label']}{mark}"


def _odd_metrics(reporting: dict[str, object], number: int) -> None:
    if fault("extra_metrics"):
        reporting["on_hold_conversion_count"] = number
        reporting["on_hold_potential_revenue"] = number * 1.5
        reporting["made_up_note"] = "beta"
    if absent := fault("absent_metrics"):
        for name in str(absent["names"]).split(","):
            reporting.pop(name.strip(), None)


def _bad_metric(rows: Sequence[Row]) -> None:
    bad = fault("bad_metric")
    if not bad:
        return
    wanted = bad["affiliate_id"]
    hit = [r for r in rows if wanted is None or str(wanted) in [c["id"] for c in r["columns"]]]
    for row in hit[: int(str(bad["rows"]))]:
        row["reporting"][str(bad["metric"])] = bad["value"]
