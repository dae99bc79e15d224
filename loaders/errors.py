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
