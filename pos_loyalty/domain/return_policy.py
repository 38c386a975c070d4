"""What goods that come back do to points and tier: where schemes differ, each says it."""

from typing import Literal

from msgspec import Struct

SpentBack = Literal["restore", "lost"]
"""Whether points that paid for goods which come back are given back, or stay spent."""
Missing = Literal["debt", "forgive", "refuse"]
"""Whether points that a return takes and that are spent already are owed, let go, or owed only if
a second person allows the return."""
TierBack = Literal["withdraw", "keep"]
"""Whether goods that come back no longer count for the tier, or go on counting."""


class ReturnPolicy(Struct, frozen=True, array_like=True, gc=False):
    """What goods that come back do to points `spent` on them, to points that are `missing` since
    they were spent already, and to the `tier`."""

    spent: SpentBack = "restore"
    missing: Missing = "debt"
    tier: TierBack = "withdraw"


USUAL_RETURNS = ReturnPolicy()
