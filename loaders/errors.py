"""What a load can fail with: every message is one sentence for the person who has to act."""


class LoadError(Exception):
    """A load that cannot go on; nothing of it was landed."""

    verdict = "failed"


class ApiError(LoadError):
    """A service that refused, did not answer, or answered what its API does not promise."""


class TruncatedError(LoadError):
    """An answer that holds less than the service says there is."""

    verdict = "truncated"


class WarehouseError(LoadError):
    """A warehouse that cannot be reached or is in somebody else's hands."""


class LockLostError(WarehouseError):
    """The lock on the warehouse is no longer ours: whatever comes next must not be written."""


class FileError(LoadError):
    """A file that cannot be read; the others can."""


class NothingToRead(LoadError):  # noqa: N818  # no error of anybody's
    """A client that starts after the days that were asked for."""
