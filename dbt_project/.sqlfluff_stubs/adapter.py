"""What a dispatched macro of this project renders to, for linting only."""

from collections.abc import Callable


def dispatch(macro_name: str) -> Callable[..., str]:
    """A call of a function of that name, which no dialect has to know."""
    return lambda *arguments: f"{macro_name}({', '.join(map(str, arguments))})"
