"""Replaying letters: a row is put in its table as it was kept, all else is read again.

Of a file the original is the file, of an answer what the service holds now. A row that only its
reader understands, or from which a secret was taken out, is asked for again as well.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from loaders import ops
from loaders.registry import SOURCES, complete_tables
from loaders.replay import put
from loaders.source import Request
from loaders.warehouse import Warehouse
from signalroom.config.clients import Client
from signalroom.config.settings import Settings
from signalroom.loading import load_all, new_run_id
from signalroom.operations.dead_letters.letters import Letter, letters, original

Say = Callable[[str], None]


def replay(
    settings: Settings, target: str, clients: Sequence[Client], ids: Collection[str], say: Say
) -> list[Letter]:
    """Put in its place what the letters of these ids hold; what still waits of it after that.

    What is read again and refused again is a letter of its own, of that load.
    """
    warehouse = settings.warehouse(target)
    runs: set[str] = set()
    places: set[tuple[object, ...]] = set()

    def waiting() -> list[Letter]:
        with warehouse.session():
            found = letters(warehouse, [client.client_id for client in clients])
        return [one for one in found if one.is_waiting]

    def wanted() -> list[Letter]:
        return [one for one in waiting() if one.row.rejected_row_id in ids]

    with warehouse.lock("signalroom dead-letters", say), warehouse.session(read_only=False):
        ops.create(warehouse, complete_tables())
        for letter in filter(_is_kept, wanted()):
            refused = _put(warehouse, letter)
            say(f"{letter.name}: {f'refused again: {refused}' if refused else 'in its place'}")
    tried: set[str] = set()
    while rest := [
        one for one in wanted() if not _is_kept(one) and one.row.rejected_row_id not in tried
    ]:
        alike = [one for one in rest if _reading(one) == _reading(rest[0])]
        tried |= {one.row.rejected_row_id for one in alike}
        places |= {_place(one) for one in alike}
        runs.add(_read_again(settings, target, clients, rest[0], say))
    return [
        one
        for one in waiting()
        if one.row.rejected_row_id in ids or (one.row.run_id in runs and _place(one) in places)
    ]


def _is_kept(letter: Letter) -> bool:
    """Whether all of it is kept, and it alone lacks of what was read."""
    return letter.row.is_whole and letter.read is not None


def _put(warehouse: Warehouse, letter: Letter) -> str | None:
    """Put a row in its table; or the reason why it is refused again."""
    row = replace(letter.row, payload=original(warehouse, letter))
    (table,) = (one for one in SOURCES[row.source].tables if one.name == row.table_name)
    assert letter.read is not None  # noqa: S101
    return put(
        warehouse, table, row, read_at=letter.read.started_at, only=letter.read.advertiser_id
    )


def _reading(letter: Letter) -> tuple[object, ...]:
    """What has to be read again for it."""
    return letter.row.client_id, letter.row.source, letter.days


def _place(letter: Letter) -> tuple[object, ...]:
    """What it has in common with what is refused in its stead: of an answer no row has a number."""
    row = letter.row
    table = (row.client_id, row.source, row.table_name)
    return (*table, row.origin, row.line) if _is_of_a_file(row.source) else table


def _is_of_a_file(source: str) -> bool:
    return SOURCES[source].tables[0].replaces == "file"


def _read_again(
    settings: Settings, target: str, clients: Sequence[Client], letter: Letter, say: Say
) -> str:
    """Load the days of a letter as `signalroom load` does, files too that are loaded already.

    The id of the load.
    """
    source, days = letter.row.source, letter.days
    is_file = _is_of_a_file(source)
    request = Request(new_run_id(), days.start, days.end, full_refresh=is_file)
    client = [one for one in clients if one.client_id == letter.row.client_id]
    for outcome in load_all(settings, target, client, [source], request):
        say(outcome.line)
    return request.run_id
