"""What a report is about: a client in a warehouse, as of a day, and the days before it."""

from dataclasses import dataclass
from datetime import date

from loaders.warehouse import Warehouse
from signalroom.config.clients import Client
from signalroom.report.as_of import AsOf


@dataclass(frozen=True)
class Subject:
    """One client's report, of so many `days` up to the day that it is as of."""

    warehouse: Warehouse
    client: Client
    as_of: AsOf
    days: int

    @property
    def client_id(self) -> str:
        """As in the marts."""
        return self.client.client_id

    @property
    def window(self) -> tuple[date, date]:
        """Its first and last day."""
        return self.as_of.window(self.days)
