"""What chance alone explains: counts of a day against those of the days before."""

from math import exp, lgamma, log

ONCE_IN = 20  # a difference that chance makes more often than once in so many days is chance
TIES = 1e-7  # relative; what is as likely but for the last bits counts as it


def is_chance(today: int, before: int, *, days: float) -> bool:
    """Whether both counts may well come from one rate.

    `days` is how many times today's exposure the period before had: 7 for a week against a day,
    or its cost over today's cost where the rate is conversions a dollar. Counts of a Poisson
    process are compared exactly: given their sum, today's part is binomial (two-sided test).
    """
    if min(today, before) < 0 or days <= 0:  # corrections of earlier days are no counts
        return False
    total, share = today + before, 1 / (1 + days)
    observed = _binomial(today, total, share) * (1 + TIES)
    likely = (_binomial(count, total, share) for count in range(total + 1))
    return sum(chance for chance in likely if chance <= observed) >= 1 / ONCE_IN


def _binomial(count: int, total: int, share: float) -> float:
    """How likely so many of a total are."""
    ways = lgamma(total + 1) - lgamma(count + 1) - lgamma(total - count + 1)
    return exp(ways + count * log(share) + (total - count) * log(1 - share))
