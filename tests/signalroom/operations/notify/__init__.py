"""Channels, outbox and the daily summary."""
