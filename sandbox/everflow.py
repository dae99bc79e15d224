"""Everflow's network API: the entity report, affiliates, metadata; the key in a header."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, g, request

from sandbox.data import ACCOUNTS
from sandbox.days import EVERFLOW_METRICS, EVERFLOW_MONEY, everflow_cells
from sandbox.everflow_ask import CURRENCIES, DIMENSIONS, TIMEZONES, Ask, validated
from sandbox.everflow_table import Row, answer_table
from sandbox.facts import Facts, summed
from sandbox.service import Limit, RefusedError, Service, answer, fault, keys_of
from sandbox.shape import Cell, midnight

ROW_CAP = 10_000


class Everflow(Service):
    """The fake of api.eflow.team with a network key."""

    name = "everflow"

    def __init__(self) -> None:
        ids = ("affiliate_id", "advertiser_id")
        super().__init__(Facts(everflow_cells, EVERFLOW_METRICS, EVERFLOW_MONEY, ids))
        self.limits = {"second": Limit(50, 1, self.now)}

    def add_routes(self, routes: Blueprint) -> None:
        report = "/v1/networks/reporting/entity"
        routes.add_url_rule(f"{report}/table", view_func=self.table, methods=["POST"])
        routes.add_url_rule(f"{report}/summary", view_func=self.summary, methods=["POST"])
        routes.add_url_rule("/v1/networks", view_func=self.network)
        routes.add_url_rule("/v1/networks/affiliates", view_func=self.affiliates)
        routes.add_url_rule("/v1/meta/timezones", view_func=self.timezones)

    def account_of_request(self) -> str:
        key = request.headers.get("X-Eflow-API-Key", "")
        if not key:
            raise RefusedError(401, "No Authentication Method Found")
        if key not in keys_of(self.name):
            raise RefusedError(401, "Invalid API key")
        if fault("wrong_realm"):
            raise RefusedError(403, "Out of realm")
        return keys_of(self.name)[key]

    def keep_limits(self) -> None:
        if not self.limits["second"].take():
            raise RefusedError(429, "Rate limit exceeded")

    def limit_headers(self) -> dict[str, str]:
        limit = self.limits["second"]
        return {
            "X-RateLimit-Limit": str(limit.limit),
            "X-RateLimit-Remaining": str(limit.remaining),
        }

    # Reports

    def table(self) -> Response:
        ask = self._ask()
        rows = self._rows(ask)
        cap, flagged = ROW_CAP, True
        if capped := fault("capped") or fault("capped_silently"):
            cap, flagged = int(str(capped["rows"])), "capped" in g.faults
        return answer_table(rows[:cap], ask.zone, incomplete=len(rows) > cap and flagged)

    def summary(self) -> Response:
        ask = self._ask()
        sums = summed(filter(ask.wants, self.facts_for_request()), lambda _: "all")
        total = _reporting(sums.get("all", [0] * len(EVERFLOW_METRICS)), ask.currency)
        if disagreeing := fault("summary_disagrees"):
            total[str(disagreeing["metric"])] += float(str(disagreeing["delta"]))
        return answer({} if fault("summary_bare") else total)

    def _rows(self, ask: Ask) -> list[Row]:
        def ids_of(cell: Cell) -> tuple[str, ...]:
            ids = dict(zip(DIMENSIONS, cell.key, strict=True))
            ids["date"] = str(midnight(ask.zone, cell.hour))
            return tuple(ids[kind] for kind in ask.columns)

        return [
            {
                "columns": [
                    {"column_type": kind, "id": id_, "label": _label(kind, id_)}
                    for kind, id_ in zip(ask.columns, ids, strict=True)
                ],
                "reporting": _reporting(values, ask.currency),
                "usm_columns": [],
                "custom_metric_columns": [],
            }
            for ids, values in summed(filter(ask.wants, self.facts_for_request()), ids_of).items()
        ]

    @staticmethod
    def _ask() -> Ask:
        ask = validated(request.get_json(force=True, silent=True))
        if fault("filter_ignored"):
            ask = replace(ask, filters={})
        return replace(ask, start=ask.start - 86_400) if fault("day_too_many") else ask

    # Lists and metadata

    def network(self) -> Response:
        account = ACCOUNTS[g.account]
        other = fault("other_defaults") or {"currency": "USD", "timezone_id": 80}
        return answer(
            {
                "network_id": 713 if account.id == "713" else 900,
                "name": account.name,
                "default_currency_id": other["currency"],
                "reporting_timezone_id": other["timezone_id"],
            }
        )

    def affiliates(self) -> Response:
        page = max(1, request.args.get("page", 1, int))
        size = min(2000, max(1, request.args.get("page_size", 50, int)))
        entries = [
            {"network_affiliate_id": int(id_), "name": label, "account_status": "active"}
            for id_, label in _names("affiliate").items()
            if id_ != "0"
        ]
        paging = {"page": page, "page_size": size, "total_count": len(entries)}
        shown = entries[(page - 1) * size : page * size]
        return answer({"affiliates": shown, "paging": paging})

    def timezones(self) -> Response:
        zones = [(n, name, datetime.now(ZoneInfo(name))) for n, name in TIMEZONES.items()]
        return answer(
            {
                "timezones": [
                    {
                        "timezone_id": number,
                        "timezone_name": f"{now.tzname()} ({name})",
                        "timezone": name,
                        "utc_offset": f"{now:%z}"[:3] + ":" + f"{now:%z}"[3:],
                    }
                    for number, name, now in zones
                ]
            }
        )


def _names(kind: str) -> dict[str, str]:
    account = ACCOUNTS[g.account]
    if kind == "advertiser":
        return account.advertisers
    names = {affiliate.id: affiliate.label for affiliate in account.affiliates}
    if renamed := fault("renamed_affiliate"):
        names[str(renamed["id"])] = str(renamed["label"])
    return names


def _label(kind: str, id_: str) -> str:
    if kind == "date":
        return id_
    return _names(kind).get(id_, "N/A" if id_ == "0" else f"{kind} {id_} (sandbox)")


def _reporting(sums: Sequence[int], currency: str) -> dict[str, float]:
    """Everflow's metrics of some sums: counts as integers, money and ratios unrounded."""
    made = dict(zip(EVERFLOW_METRICS, sums, strict=True))
    clicks, cv, event = made["total_click"], made["cv"], made["event"]

    def dollars(micros: int) -> float:
        return micros * CURRENCIES[currency] / 10 / 1_000_000

    payout, revenue = dollars(made["payout"]), dollars(made["revenue"])
    event_revenue = dollars(made["event_revenue"])
    profit = dollars(made["revenue"] - made["payout"])
    return {
        "imp": 0,
        "total_click": clicks,
        "unique_click": clicks - clicks // 8,
        "invalid_click": event,
        "duplicate_click": 2 * event,
        "gross_click": clicks + 3 * event,
        "ctr": 0,
        "cv": cv,
        "invalid_cv_scrub": made["invalid_cv_scrub"],
        "view_through_cv": made["view_through_cv"],
        "total_cv": cv + made["invalid_cv_scrub"] + made["view_through_cv"],
        "event": event,
        "cvr": _ratio(100 * cv, clicks),
        "evr": _ratio(100 * event, cv),
        "cpc": _ratio(payout, clicks),
        "cpm": 0,
        "cpa": _ratio(payout, cv),
        "epc": _ratio(revenue, clicks),
        "rpc": _ratio(revenue, clicks),
        "rpa": _ratio(revenue, cv),
        "rpm": 0,
        "payout": payout,
        "revenue": revenue,
        "event_revenue": event_revenue,
        "gross_sales": dollars(made["revenue"] * 2),
        "profit": profit,
        "margin": _ratio(100 * profit, revenue),
        "roas": _ratio(100 * revenue, payout),
        "avg_sale_value": _ratio(dollars(made["revenue"] * 2), cv),
        "media_buying_cost": dollars(made["media_buying_cost"]),
    }


def _ratio(above: float, below: float) -> float:
    return above / below if below else 0
