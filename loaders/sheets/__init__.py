"""Sheets that people type in: what is configured of them, and how their cells become rows.

`sheet` is the configuration, `google` asks Google, `grid` finds the columns and rows in an answer,
`cells` says what a cell means.
"""
