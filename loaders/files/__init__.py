"""Sources of files: a file is read once, replaced by its next version, kept when it is removed.

listing -> what the warehouse does not hold in that version
reading -> bucket -> csv_stream, masking -> buffer, a file that the warehouse imports as it is
load    -> land, ops.loaded_files, ops.load_runs
"""
