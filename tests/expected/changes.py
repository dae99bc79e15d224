"""Which affiliates moved an advertiser's CPA, in plain Python."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction

from tests.expected.figures import NOTHING, Figures, Row, ratio
from tests.expected.merge import ONE_DAY, Computation
from tests.expected.pace import Summed

COMPARISONS = {"day_before": 1, "mean_7_days_before": 7}
Periods = tuple[Figures, Figures]  # the day, and what it is compared with


def cpa_change_by_affiliate(of: Computation, summary: Summed) -> Iterator[Row]:
    """Of loaded days; `summary` says which advertisers have a row on one."""
    by_advertiser: defaultdict[tuple[date, int], dict[int, Figures]] = defaultdict(dict)
    for (day, affiliate, advertiser), figures in of.merged.items():
        by_advertiser[day, advertiser][affiliate] = figures
    for day, advertiser in summary:
        for comparison, length in COMPARISONS.items() if day in of.days else ():
            before = [day - n * ONE_DAY for n in range(1, length + 1)]
            earlier = [by_advertiser.get((past, advertiser), {}) for past in before]
            present = by_advertiser.get((day, advertiser), {})
            ids = set(present).union(*earlier)
            affiliates = {
                id_: (
                    present.get(id_, Figures()),
                    Figures.total(past.get(id_, Figures()) for past in earlier),
                )
                for id_ in ids
            }
            is_complete = day in of.complete, of.complete.issuperset(before)
            for id_, row in _parts(affiliates, is_complete).items() if ids else ():
                yield {
                    "client_id": of.client.id,
                    "report_date": day,
                    "comparison": comparison,
                    "advertiser_id": advertiser,
                    "affiliate_id": id_,
                    "advertiser_label": of.advertiser_labels[advertiser],
                    "affiliate_label": of.affiliate_labels[id_],
                    "is_internal": (id_, advertiser) in of.internal,
                    "days_before": length,
                    **row,
                }


def _parts(affiliates: dict[int, Periods], is_complete: tuple[bool, bool]) -> dict[int, Row]:
    """The figures of each affiliate, and its part of the change."""
    totals = [Figures.total(found) for found in zip(*affiliates.values(), strict=True)]
    rows = {}
    shown: list[Row] = []
    for total, complete in zip(totals, is_complete, strict=True):
        reason = total.effective_cpa_reason if complete else "not complete"
        shown.append(
            {
                "conversions": total.conversions,
                "effective_cost": total.effective_cost,
                "effective_cpa": None if reason else total.effective_cpa,
                "effective_cpa_reason": reason,
            }
        )
    after, before = (row["effective_cpa"] for row in shown)
    change = None if after is None or before is None else after - before
    of_advertiser = {
        f"advertiser_{_named(name, suffix)}": value
        for row, suffix in zip(shown, ("", "_before"), strict=True)
        for name, value in row.items()
    }
    moved = NOTHING
    up_to_it: list[Periods] = []
    largest_last = sorted(affiliates, key=lambda id_: (_size(affiliates[id_]), id_))
    for id_ in largest_last:
        up_to_it.append(affiliates[id_])
        parts: Row = dict.fromkeys(("change_part", "rate_part", "mix_part"))
        if change is not None:
            is_last = id_ == largest_last[-1]
            moved_with_it = change if is_last else _moved(up_to_it, totals, before)
            part, moved = moved_with_it - moved, moved_with_it
            rate = change if len(affiliates) == 1 else _rate(affiliates[id_], totals[0])
            parts = {"change_part": part, "rate_part": rate, "mix_part": part - rate}
        rows[id_] = {
            **_of_affiliate(affiliates[id_], totals),
            **of_advertiser,
            "advertiser_cpa_change": change,
            **parts,
        }
    return rows


def _moved(some: list[Periods], totals: list[Figures], cpa_before: Decimal) -> Decimal:
    """What some affiliates cost beyond the CPA before, per conversion: now less then."""
    now, then = (
        Fraction(sum((p[n].effective_cost - cpa_before * p[n].conversions for p in some), NOTHING))
        / totals[n].conversions
        for n in (0, 1)
    )
    return _rounded(now - then)


def _rate(of: Periods, total: Figures) -> Decimal:
    """What its conversions cost more than at its CPA before; one without such a CPA is all mix."""
    now, then = of
    if then.conversions <= 0:
        return NOTHING
    its_cpa = Fraction(then.effective_cost) / then.conversions
    return _rounded((Fraction(now.effective_cost) - its_cpa * now.conversions) / total.conversions)


def _rounded(value: Fraction) -> Decimal:
    return ratio(value, 1) or NOTHING


def _size(periods: Periods) -> int:
    return sum(figures.conversions for figures in periods)


def _named(name: str, suffix: str) -> str:
    """`effective_cpa_before_reason` is the reason of `effective_cpa_before`."""
    stem, dash, reason = name.partition("_reason")
    return f"{stem}{suffix}{dash}{reason}"


def _of_affiliate(periods: Periods, totals: list[Figures]) -> Row:
    row: Row = {}
    for figures, total, suffix in zip(periods, totals, ("", "_before"), strict=True):
        names = ("conversions", "effective_cost", "effective_cpa", "effective_cpa_reason")
        row |= {_named(name, suffix): getattr(figures, name) for name in names}
        row[f"conversion_share{suffix}"] = ratio(figures.conversions, total.conversions)
    return row
