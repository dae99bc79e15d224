"""Runs the command with hardly any patience for whoever holds the warehouse."""

from unittest import mock

from loaders.warehouse import Warehouse
from signalroom.cli import main

if __name__ == "__main__":
    with mock.patch.object(Warehouse, "lock_wait", 0.5):
        main()
