"""What a load can fail with: every message is one sentence for the person who has to act.

No message holds a secret: it is hidden here, whoever makes the error.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from loaders.redaction import redact
from loaders.verify import Verdict

log = logging.getLogger(__name__)


class LoadError(Exception):
    """A load that cannot go on; nothing of it was landed.

    `remedy` is what to do about it, as far as it is known; `original` what was refused.
    `is_transient`: it may be over in some minutes, without anybody's doing.
    """

    verdict: Verdict = "failed"
    is_transient = False

    def __init__(
        self,
        text: str,
        remedy: str = "",
        *,
        is_transient: bool | None = None,
        original: object = None,
    ) -> None:
        super().__init__(redact("; ".join(filter(None, (text, remedy)))))
        self.remedy, self.original = remedy, original
        if is_transient is not None:
            self.is_transient = is_transient


class ApiError(LoadError):
    """A service that refused, did not answer, or answered what its API does not promise."""


class TruncatedError(LoadError):
    """An answer that holds less than the service says there is."""

    verdict = "truncated"


class WarehouseError(LoadError):
    """A warehouse that cannot be reached or is in somebody else's hands."""

    is_transient = True


class LockLostError(WarehouseError):
    """The lock on the warehouse is no longer ours: whatever comes next must not be written."""


class FileError(LoadError):
    """A file that cannot be read; the others can."""


class NothingToRead(LoadError):  # noqa: N818  # no error of anybody's
    """A client that starts after the days that were asked for."""


def innermost(error: BaseException) -> BaseException:
    """The first cause of an error: what came of it tells less, or the same again."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__  # type: ignore[assignment]
    return error


@contextmanager
def writing(folder: Path | str) -> Iterator[None]:
    """LoadError with the folder where a disk is full, or lets nobody write."""
    try:
        yield
    except OSError as error:
        raise LoadError(
            f"{error.filename or folder} cannot be written: {error.strerror or error}",
            "make room on its disk, and run again",
        ) from error


def failure(error: Exception) -> tuple[Verdict, str]:
    """The verdict on a run that ended in an error, and what is said of it.

    One source must not stop the others, so whatever went wrong ends here; a lost lock must stop
    them, and is raised again.
    """
    if isinstance(error, LockLostError):
        raise error
    if isinstance(error, LoadError):
        return error.verdict, str(error)
    log.error("unexpected error", exc_info=error)
    return "failed", redact(f"{type(error).__name__}: {error}")
