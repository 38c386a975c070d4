"""What requests about vouchers and gift cards bring."""

from typing import Annotated

from pydantic import Field as Described

from pos_loyalty.domain.ticket import AMOUNT_MAX
from pos_loyalty.domain.voucher_codes import NUMBER_MAX
from pos_loyalty.node.voucher_batches import STEP_MAX
from web.api.kinds import Amount, Code, Form, MaybeHex, MaybeName, Whole, Word

AFTER = r"^[0-9]{0,5}$|^[0-9a-f]{32}$"
BatchName = Annotated[
    str, Described(strict=True, min_length=1, max_length=32, pattern=r"^[a-z0-9][a-z0-9-]*$")
]
"""What a batch is called: small letters, digits, hyphens."""


class VoucherForm(Form):
    """A voucher's or gift card's code; of a gift card the `amount`, 0 for what the basket costs.

    Above the programme's limit `approved_by` is the code of a second person, whom the caller has
    made sure of.
    """

    code: Word
    amount: Amount = 0
    approved_by: MaybeName = ""


class TopUpForm(Form):
    """A gift card's code, and the money to be put on it."""

    code: Word
    amount: Annotated[int, Whole(1, AMOUNT_MAX)]


class IssueForm(Form):
    """The next vouchers of a batch called `name` here, by the programme's `rule` of this number.

    Unbound, `count` of them. For `members` ("all", or the programme of a segment) the next `count`
    members behind `after` are looked at, as the answer before this one told.
    """

    name: BatchName
    rule: Annotated[int, Whole(1, NUMBER_MAX)]
    count: Annotated[int, Whole(1, STEP_MAX)] = STEP_MAX
    members: MaybeName = ""
    after: MaybeHex = ""


class WithdrawalForm(Form):
    """How many vouchers of a batch end at once."""

    count: Annotated[int, Whole(1, STEP_MAX)] = STEP_MAX


class BatchAfter(Form):
    """Behind which codes to go on, as the answer before this one told."""

    after: Annotated[str, Described(strict=True, max_length=32, pattern=AFTER)] = ""


class CancellationForm(Form):
    """Why a voucher ends (a code), and who allowed it besides whoever asks."""

    reason: Code
    approved_by: MaybeName = ""
