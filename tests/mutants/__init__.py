"""Planted bugs, each of which named tests must notice.

`python -m tests.mutants [WORD …]` plants the bugs of the tables beside this file, one at a time in
a copy of the source tree, and runs their tests there. A bug that its tests let pass, or that can
no longer be planted, fails the run. With words, only bugs whose name holds one of them.

A table is a TOML file of `[[mutant]]` blocks:

    name    what is broken, in a few words; unique among all tables
    file    the file to spoil, from the top of the tree
    old     the text to replace; it stands in the file exactly once
    new     the text to put there
    tests   pytest ids; each of them, or one case of it, must go red
"""
