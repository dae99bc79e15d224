"""Thin dlt loaders: one module a source under `sources/`, and beside them what all of them share.

Data flows one way: an API's answer (`sources/`, over `http`) is checked value by value (`table`),
judged as a whole (`verdict`), landed by dlt into the warehouse (`land`) and written to the
ledger (`ledger`). Loaders move rows; they compute nothing. Business meaning is SQL in dbt_project/.
"""
