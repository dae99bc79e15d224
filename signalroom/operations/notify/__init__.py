"""Messages to people: channels, the outbox that sends each once, and the daily summary."""

from signalroom.operations.notify.daily import send_daily

__all__ = ["send_daily"]
