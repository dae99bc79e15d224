"""A music label's data lake: made files, in the real headings of each distributor."""
