"""What several commands say of points."""

from pos_loyalty.cli.checks import say
from pos_loyalty.domain.usage import Use
from pos_loyalty.receipts.figures import Figures


def tell_use(use: Use, write: Figures) -> None:
    """Say which share of the points given is spent in the end, and how that is known."""
    share, low, high = (write.rate(round(part * 10_000)) for part in (use.share, use.low, use.high))
    if use.observed:
        say("Of the points given, {share} are spent in the end (95 %: {low} to {high}).",
            share=share, low=low, high=high)  # fmt: skip
    else:
        say("It is assumed that {share} of the points are spent in the end ({low} to {high}).",
            share=share, low=low, high=high)  # fmt: skip
