"""`python -m pos_loyalty`: the same as `pos-loyalty`."""

from pos_loyalty.cli import main

main()
