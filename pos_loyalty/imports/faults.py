"""What is wrong with a row: where, and why; never what it said."""

from msgspec import Struct

from pos_loyalty.errors import LoyaltyError, Reason


class Fault(Struct, frozen=True):
    """A row that was not taken: its line in the file (from 1), column, reason and its values."""

    line: int
    column: str
    code: str
    values: dict[str, str | int] = {}


class RowFault(Exception):
    """Raised while a row is read; `column` is ours."""

    def __init__(self, reason: Reason, column: str = "") -> None:
        self.reason = reason
        self.column = column
        super().__init__(reason.code)

    def at(self, line: int) -> Fault:
        """Give the fault with its line."""
        values: dict[str, str | int] = {"column": self.column} if self.column else {}
        return Fault(line, self.column, self.reason.code, values)


def refused(line: int, error: LoyaltyError) -> Fault:
    """Give the fault of a row that the node refused."""
    return Fault(line, str(error.values.get("field", "")), error.reason.code, error.values)


def error_of(fault: Fault) -> LoyaltyError:
    """Give the refusal that explains a fault in words."""
    return LoyaltyError(Reason[fault.code], **fault.values)
