"""The macros of dbt that the models use, in SQL of every linted dialect; for linting only."""


def type_string() -> str:
    """A text type that is none of the engines' own words."""
    return "varchar(100)"


def dateadd(datepart: str, interval: int | str, from_date_or_timestamp: str) -> str:
    """A date moved by an interval."""
    return f"date_add({from_date_or_timestamp}, {interval}, '{datepart}')"


def datediff(first_date: str, second_date: str, datepart: str) -> str:
    """Days between two dates."""
    return f"date_diff({first_date}, {second_date}, '{datepart}')"


def date_trunc(datepart: str, date: str) -> str:
    """The first day of a date's period."""
    return f"date_trunc('{datepart}', {date})"


def hash(field: str) -> str:
    """A hash of a text."""
    return f"md5({field})"


def listagg(measure: str, delimiter_text: str, order_by_clause: str) -> str:
    """Texts of a group in one."""
    return f"string_agg({measure}, {delimiter_text} {order_by_clause})"
