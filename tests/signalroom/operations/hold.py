"""A program that has the warehouse's file open for reading, until it is killed."""

import time

import duckdb

connection = duckdb.connect("signalroom.duckdb", read_only=True)
print("open", flush=True)  # noqa: T201  # for the test
time.sleep(60)
