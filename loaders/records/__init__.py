"""Services whose tables are records with a key: events, contacts, flags, the rows of a sheet.

`source` says what such a service is, `load` how one is loaded.
"""
