"""Every mart, the same from both engines, read as what it is and by client."""

from collections import Counter

import pytest

from signalroom import marts
from signalroom.config.settings import Settings
from tests.dbt.warehouses import Pair, inside
from tests.expected.marts import MARTS
from tests.support import Project

pytestmark = pytest.mark.slow


def test_every_mart_is_read_as_it_is_and_described(pair: Pair, project: Project) -> None:
    target = "prod" if project.database else "dev"
    with inside(project):
        warehouse = Settings.of_this_process().warehouse(target)
        with marts.as_of_now(warehouse) as found:
            assert {mart.name for mart in found} == {*MARTS, "fct_anomalies"}
            for mart in found:
                assert mart.description
                assert all(column.description for column in mart.columns), mart.name
                read = marts.table(warehouse, mart)
                rows = Counter(zip(*(c.to_pylist() for c in read.columns), strict=True))
                assert read.num_rows == rows.total()
                assert rows == Counter(project.query(f"select * from marts.{mart.name}")), mart.name
                ours = marts.table(warehouse, mart, "713")["client_id"].unique().to_pylist()
                assert ours in (["713"], [])


def test_both_engines_have_the_same_columns_and_descriptions(pair: Pair) -> None:
    found = []
    for project, target in ((pair.dev, "dev"), (pair.prod, "prod")):
        with inside(project):
            found.append(marts.marts(Settings.of_this_process().warehouse(target)))
    assert found[0] == found[1]
