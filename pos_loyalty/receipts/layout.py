"""A receipt document as rows of fixed width, for paper and for plain text alike.

`spell` puts a text into what the paper can show *before* anything is measured: a code page that
lacks the euro writes "EUR", which is wider.
"""

from collections.abc import Callable

from pos_loyalty.ports.documents import (
    Emphasis,
    PrintableReceipt,
    QrRow,
    ReceiptDocument,
    ReceiptLine,
    TextRow,
)
from pos_loyalty.receipts.columns import centred, pair, table_row, wrap
from pos_loyalty.receipts.wording import Wording, rate_letters, wording

COLUMNS_MIN, COLUMNS_MAX = 24, 64
"""44 mm paper at font A; 80 mm paper at font B."""

_SPACES = str.maketrans({"\u202f": " ", "\u00a0": " "})


def plain_spaces(text: str) -> str:
    """Turn the non-breaking spaces of figures and punctuation into plain ones."""
    return text.translate(_SPACES)


def lay_out(
    document: ReceiptDocument,
    *,
    columns: int,
    language: str = "fr",
    spell: Callable[[str], str] = plain_spaces,
) -> PrintableReceipt:
    """Cut `document` into rows of at most `columns` characters (24 to 64)."""
    assert COLUMNS_MIN <= columns <= COLUMNS_MAX, "no receipt printer has this width"
    roll = _Roll(columns, spell)
    words = wording(document, language)
    _head(roll, document, words)
    _lines(roll, document, words)
    _totals(roll, document, words)
    _vat(roll, document, words)
    _loyalty(roll, document, words)
    _vouchers(roll, document, words)
    _foot(roll, document, words)
    return PrintableReceipt(columns, tuple(roll.rows))


class _Roll:
    """Collects rows; lives for one receipt."""

    def __init__(self, columns: int, spell: Callable[[str], str]) -> None:
        self.columns = columns
        self.rows: list[TextRow | QrRow] = []
        self._spell = spell
        self._rule = TextRow("-" * columns)

    def rule(self) -> None:
        self.rows.append(self._rule)

    def centre(self, text: str, emphasis: Emphasis = Emphasis.NORMAL) -> None:
        for row in wrap(self._words(text), self.columns):
            self.rows.append(TextRow(centred(row, self.columns), emphasis))

    def paragraph(
        self, text: str, *, indent: int = 0, emphasis: Emphasis = Emphasis.NORMAL
    ) -> None:
        for row in wrap(self._words(text), self.columns - indent):
            self.rows.append(TextRow(" " * indent + row, emphasis))

    def pair(
        self, left: str, right: str, *, indent: int = 0, emphasis: Emphasis = Emphasis.NORMAL
    ) -> None:
        width = self.columns - indent
        for row in pair(self._words(left), self._spell(right), width):
            self.rows.append(TextRow(" " * indent + row, emphasis))

    def table(self, cells: tuple[str, str, str, str, str]) -> None:
        for row in table_row([self._spell(cell) for cell in cells], self.columns):
            self.rows.append(TextRow(row))

    def _words(self, text: str) -> list[str]:
        # Split before spelling: a non-breaking space is spelled as one that would break.
        return [self._spell(word) for word in text.split(" ")]


def _head(roll: _Roll, document: ReceiptDocument, words: Wording) -> None:
    ticket = document.identification
    roll.centre(document.seller.trade_name, Emphasis.TALL)
    for row in words.seller_rows(document.seller):
        roll.centre(row)
    roll.rule()
    if ticket.duplicate:
        roll.centre(words.say("DUPLICATE"), Emphasis.BOLD)
    roll.paragraph(words.title(document), emphasis=Emphasis.BOLD)
    if ticket.refunded_ticket:
        roll.paragraph(words.say("Refund of ticket no. {number}", number=ticket.refunded_ticket))
    roll.paragraph(words.figures.moment(ticket.local_time))
    register = words.say("Till {name}", name=ticket.register)
    cashier = words.say("Served by {name}", name=ticket.cashier) if ticket.cashier else ""
    roll.pair(register, cashier)
    roll.rule()


def _lines(roll: _Roll, document: ReceiptDocument, words: Wording) -> None:
    letters = rate_letters(document.vat)
    for line in document.lines:
        letter = letters.get(line.vat_rate, " ") if line.vat_rate is not None else " "
        total = words.figures.amount(line.total_minor)
        roll.pair(words.label(line), f"{total} {letter}" if letters else total)
        _line_details(roll, line, words)
    roll.rule()


def _line_details(roll: _Roll, line: ReceiptLine, words: Wording) -> None:
    measure = words.measure(line)
    if measure:
        roll.paragraph(measure, indent=2)
    if line.discount_minor:
        discount = words.figures.amount(-line.discount_minor)
        roll.paragraph(words.say("Discount {amount}", amount=discount), indent=2)


def _totals(roll: _Roll, document: ReceiptDocument, words: Wording) -> None:
    amount = words.figures.amount
    if document.discounts:
        subtotal = sum(line.total_minor for line in document.lines)
        roll.pair(words.say("Subtotal"), amount(subtotal))
    for discount in document.discounts:
        roll.pair(words.discount(discount), amount(-discount.amount_minor))
    total = words.figures.money(document.total_minor)
    roll.pair(words.total(document), total, emphasis=Emphasis.TALL)
    for tender in document.tenders:
        roll.pair(words.tender(tender), amount(tender.amount_minor))
    if document.change_minor:
        roll.pair(words.say("Change"), amount(-document.change_minor))


def _vat(roll: _Roll, document: ReceiptDocument, words: Wording) -> None:
    if not document.vat:
        return
    roll.rule()
    say, amount = words.say, words.figures.amount
    roll.table(("", say("VAT rate"), say("Net"), say("VAT"), say("Gross")))
    letters = rate_letters(document.vat)
    for share in document.vat:
        amounts = (amount(share.net_minor), amount(share.vat_minor), amount(share.gross_minor))
        roll.table((letters[share.rate], words.figures.rate(share.rate), *amounts))


def _loyalty(roll: _Roll, document: ReceiptDocument, words: Wording) -> None:
    block = document.loyalty
    if block is None:
        if document.claim:
            roll.rule()
            roll.paragraph(words.claim(document.claim))
        return
    roll.rule()
    roll.centre(words.say("YOUR LOYALTY"), Emphasis.BOLD)
    roll.paragraph(words.member(block))
    for label, value in words.loyalty_rows(block):
        roll.pair(label, value)
    for note in words.loyalty_notes(block):
        roll.paragraph(note)


def _vouchers(roll: _Roll, document: ReceiptDocument, words: Wording) -> None:
    """Show each code for people and for a scanner."""
    for voucher in document.vouchers:
        roll.rule()
        roll.centre(words.voucher(voucher), Emphasis.BOLD)
        if voucher.code:
            roll.centre(voucher.code, Emphasis.BOLD)
            roll.rows.append(QrRow(voucher.code, told=True))
        if use := words.voucher_use(voucher):
            roll.centre(use)


def _foot(roll: _Roll, document: ReceiptDocument, words: Wording) -> None:
    if document.legal:
        roll.rule()
    for sentence in document.legal:
        roll.paragraph(sentence)
    if document.access:
        roll.rule()
        roll.centre(words.say("Your receipt online:"))
        roll.rows.append(QrRow(document.access.url))
