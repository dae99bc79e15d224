"""What time it is. Everything that is dated asks here, so that a month can pass in a test.

What waits, or signs a request that somebody else dates, looks at the machine's clock instead.
"""

from datetime import UTC, datetime


def now() -> datetime:
    """This moment, in UTC. Call it as `clock.now()`: a test puts another function in its place."""
    return datetime.now(UTC)
