"""The report in words: what the day was, and what needs a hand."""
