"""The marts and `signalroom status` call the same days complete; Mautic's contacts have failed."""

import pytest

from loaders.registry import SOURCES
from loaders.source import Account
from loaders.warehouse import DuckDB
from tests.dbt.warehouses import Pair

pytestmark = pytest.mark.slow

DAYS = """
    select report_date from intermediate.int_source_days__status
    where is_complete and source_name = '{}' and client_id = '{}'
"""


@pytest.mark.parametrize("source", ["everflow", "redtrack", "posthog", "mautic"])
def test_both_name_the_same_days(pair: Pair, source: str) -> None:
    warehouse = DuckDB(pair.dev.warehouse)
    found = set()
    for client in list(pair.expected.values())[::3]:  # each costs many queries
        settings = client.client
        account = Account(
            settings.id, settings.timezone, settings.currency, settings.start_date, {}
        )
        days = {day for (day,) in pair.dev.query(DAYS.format(source, settings.id))}
        if client.known:
            assert SOURCES[source].complete_days(warehouse, account) == days, settings.id
        found |= days
    assert len(found) > 10
