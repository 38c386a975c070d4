"""Files that a shop already has, turned into commands: past tickets, members, articles.

`run.import_file` is the way in. Reading and checking happen in a child process; the node only
gets commands, in batches that are short while it serves people.
"""
