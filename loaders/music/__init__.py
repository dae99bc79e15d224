"""A label's lake of files: statements of distributors, exports of Spotify, datasets of its own.

formats   -> the columns of each format as data, and by which headings a file is told
amounts, periods, codes -> what a cell says, or why it says nothing
checked   -> a file as rows of which every value was read, the others kept aside with the reason
statement, curated -> what these rows are
lake      -> the zones of the lake, in a folder or a bucket
"""
