"""Sources of files: a file is read once, replaced by its next version, kept when it is removed.

listing -> what the warehouse does not hold in that version, by the days in the names
reading -> bucket, packing, masking, csv_stream -> a buffer that the warehouse imports as it is
load    -> land, ops.loaded_files, ops.load_runs
"""
