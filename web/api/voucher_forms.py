"""What requests about vouchers and gift cards bring."""

from web.api.kinds import Amount, Code, Form, MaybeName, Word


class VoucherForm(Form):
    """A voucher's or gift card's code; of a gift card the `amount`, 0 for what the basket costs.

    Above the programme's limit `approved_by` is the code of a second person, whom the caller has
    made sure of.
    """

    code: Word
    amount: Amount = 0
    approved_by: MaybeName = ""


class CancellationForm(Form):
    """Why a voucher ends (a code), and who allowed it besides whoever asks."""

    reason: Code
    approved_by: MaybeName = ""
