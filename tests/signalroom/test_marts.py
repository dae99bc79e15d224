"""The marts of a warehouse, found and read without being named."""

from decimal import Decimal

import click
import pyarrow as pa
import pytest

from loaders.errors import WarehouseError
from loaders.warehouse import Warehouse
from signalroom import marts
from signalroom.config.settings import Settings
from tests.signalroom.odd_mart import DESCRIPTION, MADE, OTHERS, ROWS, TYPES
from tests.support import Project, on_both_targets


@pytest.fixture
def warehouse(project: Project, target: str) -> Warehouse:
    project.execute(*MADE)
    return Settings.of_this_process().warehouse(target)


@on_both_targets
def test_a_new_mart_is_found_with_its_columns_in_order(warehouse: Warehouse) -> None:
    (found,) = marts.marts(warehouse)  # a table without clients is none
    assert (found.name, found.description) == ("odd_texts", DESCRIPTION)
    assert list(found.types.items()) == list(TYPES.items())
    assert [column.description for column in found.columns[:3]] == ["", "A text.", ""]


@on_both_targets
def test_rows_come_exactly_as_they_are(warehouse: Warehouse) -> None:
    with marts.as_of_now(warehouse) as (mart,):
        ours = marts.table(warehouse, mart, "713")
        everyones = marts.table(warehouse, mart)
        nobodys = marts.table(warehouse, mart, "713' or '1' = '1")
    assert ours.schema.types == [
        *(pa.string(), pa.string(), pa.date32(), pa.int64()),
        *(pa.decimal128(18, 4), pa.decimal128(18, 4), pa.bool_()),
    ]
    rows = list(zip(*(column.to_pylist() for column in ours.columns), strict=True))
    assert sorted(rows, key=repr) == sorted(ROWS, key=repr)
    assert everyones.num_rows == len(ROWS) + 1
    assert OTHERS[1] in everyones["zebra"].to_pylist()
    assert nobodys.num_rows == 0
    assert nobodys.schema == ours.schema


@on_both_targets
def test_marts_are_read_as_of_one_moment(
    warehouse: Warehouse, project: Project, target: str
) -> None:
    """A build that publishes in between is not seen; a DuckDB file takes none while it is read."""
    with marts.as_of_now(warehouse) as (mart,):
        before = marts.table(warehouse, mart)
        if target == "prod":
            project.execute("delete from marts.odd_texts")
        assert marts.table(warehouse, mart) == before


@on_both_targets
def test_a_type_without_an_exact_copy_is_refused(warehouse: Warehouse, project: Project) -> None:
    project.execute("alter table marts.odd_texts alter column spend type double precision")
    (mart,) = marts.marts(warehouse)
    with pytest.raises(WarehouseError, match=r"column spend has type double.* no exact copy"):
        marts.table(warehouse, mart)


@on_both_targets
def test_a_warehouse_without_marts_is_said(project: Project, target: str) -> None:
    with pytest.raises(click.ClickException, match="no marts yet; run `signalroom build`"):
        marts.marts(Settings.of_this_process().warehouse(target))


def test_rows_come_in_the_order_of_the_first_columns(warehouse: Warehouse) -> None:
    (mart,) = marts.marts(warehouse)
    (words,) = {tuple(marts.table(warehouse, mart)["client_id"].to_pylist())}
    assert list(words) == sorted(words)
    assert marts.table(warehouse, mart, "713")["spend"].to_pylist()[0] is not None
    assert isinstance(marts.table(warehouse, mart)["spend"][0].as_py(), Decimal)
