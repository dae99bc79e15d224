"""What loading and building the full volume of order files costs; `make bench` runs it."""
