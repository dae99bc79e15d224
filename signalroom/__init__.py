"""The command `signalroom`: settings, the client registry, mappings, and what one runs by hand."""
