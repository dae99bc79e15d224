"""Records of a file that are no rows: those without any value, and the header where it comes again.

It does where files are put behind one another, as a gz of several members is.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

BESIDE = '\ufeff" \t'  # behind a byte order mark, quotes are text


def with_values(batch: "pa.RecordBatch") -> "pa.RecordBatch":
    """The records of which some cell, beside their number, says anything."""
    from pyarrow import compute

    blank: Any = True
    for column in batch.columns[:-1]:
        empty = compute.fill_null(compute.utf8_is_space(column), True)
        blank = empty if blank is True else compute.and_(blank, empty)
        if not compute.any(blank).as_py():  # the first column says so of nearly every file
            return batch
    return batch.filter(compute.invert(blank))


def without_headings(batch: "pa.RecordBatch", header: Sequence[str]) -> "pa.RecordBatch":
    """The records that are not the header once more, with a byte order mark or without."""
    from pyarrow import compute

    same: Any = True
    for column, heading in zip(batch.columns, header, strict=False):  # the last is their number
        text = compute.utf8_trim(compute.fill_null(column, ""), BESIDE)
        alike = compute.equal(text, heading.strip(BESIDE))
        same = alike if same is True else compute.and_(same, alike)
        if not compute.any(same).as_py():
            return batch
    return batch.filter(compute.invert(same))
