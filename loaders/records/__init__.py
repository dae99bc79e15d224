"""Services whose tables are records with a key: events, contacts, flags, the rows of a sheet.

`source` and `table` say what such a service is, `held` from where on it is read, `load` how it is
loaded.
"""
