"""Copies of the warehouse: made, proved by restoring them, kept for a while, put back."""

from signalroom.operations.backups.backup import back_up
from signalroom.operations.backups.restore import restore

__all__ = ["back_up", "restore"]
