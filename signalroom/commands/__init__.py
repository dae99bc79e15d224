"""The commands of `signalroom`, one module a group."""
