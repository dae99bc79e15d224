"""What every registered source must do alike; `samples` says how each is set up and disturbed."""
