"""Alerts: which problems stand, and what people were told of them."""

from signalroom.operations.alerts.reconcile import reconcile

__all__ = ["reconcile"]
