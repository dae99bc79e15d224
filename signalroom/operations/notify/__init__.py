"""Messages to people: channels, the outbox that sends each once, and the daily summary."""
