"""The HTTP API: rows of marts, from published snapshots, to whoever has a key for their client.

What is in `endpoints`, `keys`, `snapshots` and `store` needs nothing of the extra `api`.
"""
