"""The command line: arguments in, exit codes out. Exit 0: done; 1: refused, and why; 2: usage."""

from pos_loyalty.cli.group import main

__all__ = ["main"]
