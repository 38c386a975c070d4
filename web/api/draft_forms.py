"""What calls about the draft of a programme bring."""

from typing import Annotated

from web.api.forms import CandidateForm
from web.api.kinds import Whole

REVISIONS_MAX = 2**31 - 1


class DraftForm(CandidateForm):
    """The draft as it shall be; with `revision`, only if nobody changed it since it was that."""

    revision: Annotated[int, Whole(0, REVISIONS_MAX)] = 0
