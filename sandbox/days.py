"""The made figures of Everflow and Redtrack, day by day, and spread over the hours."""

from collections.abc import Iterator
from functools import cache

from sandbox.data import ACCOUNTS, FIRST_DAY, LAST_DAY, Account
from sandbox.shape import CENT, Cell, DayRow, allocate, cells, days_between, noise, rhythm

EVERFLOW_COUNTS = ("total_click", "cv", "event", "invalid_cv_scrub", "view_through_cv")
EVERFLOW_MONEY = ("payout", "revenue", "event_revenue", "media_buying_cost")
EVERFLOW_METRICS = EVERFLOW_COUNTS + EVERFLOW_MONEY
REDTRACK_COUNTS = ("clicks", "conversions", "lp_views", "total_conversions")
REDTRACK_MONEY = ("cost", "revenue")
REDTRACK_METRICS = REDTRACK_COUNTS + REDTRACK_MONEY


@cache
def everflow_cells(account_id: str) -> tuple[Cell, ...]:
    return tuple(cells(_everflow_days(account_id), EVERFLOW_COUNTS, EVERFLOW_MONEY))


@cache
def redtrack_cells(account_id: str) -> tuple[Cell, ...]:
    rows = _redtrack_days(ACCOUNTS[account_id])
    return tuple(cells(rows, REDTRACK_COUNTS, REDTRACK_MONEY))


@cache
def _everflow_days(account_id: str) -> tuple[DayRow, ...]:
    account = ACCOUNTS[account_id]
    return (*_busy_days(account), *_trickling_days(account))


def _busy_days(account: Account) -> Iterator[DayRow]:
    """Advertiser 1: every affiliate has a row every day, the small ones mostly clicks alone."""
    for block in account.blocks:
        rows = [(d, a) for d in days_between(block.first, block.last) for a in account.affiliates]
        sales = allocate(
            block.conversions, [a.share * rhythm(d, account.id, a.id) for d, a in rows]
        )
        paid = allocate(
            block.payout * 100, [n * a.payout for n, (_, a) in zip(sales, rows, strict=True)]
        )
        for (day, affiliate), cv, cents in zip(rows, sales, paid, strict=True):
            payout = cents * CENT + (affiliate.fraction if day.day % 2 == 0 else 0)
            revenue = round(payout * affiliate.margin)
            if int(affiliate.id) % 2 == 0:
                revenue = round(revenue / CENT) * CENT
            revenue += round(account.adjustments.get((day, affiliate.id), 0) * 1_000_000)
            clicks = round(
                max(cv, 0.4) * affiliate.clicks * (0.8 + 0.4 * noise("c", day, affiliate.id))
            )
            events = cv // 14
            yield DayRow(
                day,
                (affiliate.id, "1"),
                {
                    "total_click": clicks if affiliate.clicks else int(not cv),
                    "cv": cv,
                    "event": events,
                    "invalid_cv_scrub": cv // 35,
                    "view_through_cv": cv // 60,
                    "payout": payout,
                    "revenue": revenue,
                    "event_revenue": events * 9_990_000,
                    "media_buying_cost": 37_123_456 if affiliate.id == "9" and cv else 0,
                },
            )


def _trickling_days(account: Account) -> Iterator[DayRow]:
    for trickle in account.trickles:
        key = (trickle.affiliate_id, trickle.advertiser_id)
        for day in days_between(FIRST_DAY, LAST_DAY):
            if day.day in trickle.days_of_month:
                cv, payout, revenue = account.single_sales.get((day, *key), (0, 0.0, 0.0))
                values = {
                    "total_click": 3 + int(28 * noise("t", day, key)),
                    "cv": cv,
                    "payout": round(payout * 1_000_000),
                    "revenue": round(revenue * 1_000_000),
                }
                yield DayRow(day, key, values)


def _redtrack_days(account: Account) -> Iterator[DayRow]:
    """What the sources delivered: much the same traffic as the network counted, never equal."""
    network = {(row.day, row.key): row.values for row in _everflow_days(account.id)}
    for source in account.sources:
        for day in source.only or days_between(source.first, LAST_DAY):
            if day in source.missing:
                continue
            bought = network.get((day, source.buys_for)) if source.buys_for else None
            chance = noise("r", day, source.id, source.title)
            if source.clicks or source.only:
                clicks = round(source.clicks * rhythm(day, source.title))
                sales = bought["cv"] if bought else 0
                cost = source.cost * (0.6 + 0.8 * chance)
            elif bought:
                clicks = round(source.share * bought["total_click"] * (0.95 + 0.15 * chance))
                sales = round(source.share * bought["cv"] * (0.9 + 0.15 * chance))
                cost = source.share * bought["cv"] * source.cost * (0.9 + 0.2 * chance)
            else:
                continue
            micros = round(cost * 100) * CENT + (source.fraction if day.day % 5 == 0 else 0)
            yield DayRow(
                day,
                (source.id, source.title),
                {
                    "clicks": clicks,
                    "conversions": sales,
                    "lp_views": clicks - clicks // 9,
                    "total_conversions": sales + sales // 12,
                    "cost": micros if day >= source.costs_from else 0,
                    "revenue": sales * 41_500_000,
                },
            )
