"""The headings of a file as names of columns."""

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from itertools import chain, count
from typing import Any

LONGEST_NAME = 63  # of a column in Postgres
OF_POSTGRES = {"tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"}  # no column may have these names


def column_names(header: Sequence[str], *, renames: Mapping[str, str]) -> list[str]:
    """Their headings as names of our columns: snake_case, renamed."""
    names = [
        snake_case(heading) if heading.strip() else f"column_{place}"
        for place, heading in enumerate(header, start=1)
    ]
    return [renames.get(name, name) for name in names]


def distinct(called: Sequence[str], *, reserved: Collection[str]) -> list[str]:
    """The names with a number behind those that are taken."""
    names: list[str] = []
    taken = {*reserved, *OF_POSTGRES}
    for name in called:
        numbered = chain([name], (f"{name[: LONGEST_NAME - 5]}_{n}" for n in count(2)))
        names.append(next(free for free in numbered if free not in taken))
        taken.add(names[-1])
    return names


def snake_case(heading: str) -> str:
    """The heading as dlt would spell a column, on every engine alike."""
    return str(_naming().normalize_identifier(heading.strip()))


@cache
def _naming() -> Any:
    from dlt.common.normalizers.naming.snake_case import NamingConvention

    return NamingConvention(max_length=LONGEST_NAME)
