"""The settings of a register: one till, its devices, its shop."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import Field

from pos_loyalty.config import kinds
from pos_loyalty.config.faults import Fault, shown
from pos_loyalty.config.kinds import Choice, Location, Options, Secret, Truth, Whole
from pos_loyalty.config.sections import (
    Cards,
    DeviceOption,
    Log,
    Mail,
    Node,
    Retention,
    Section,
    Shadow,
    Uplink,
    Watch,
)


class RegisterNode(Node):
    """Who this register is."""

    role: Annotated[Literal["register"], Choice()]


class Store(Section):
    """The shop, as it stands on receipts and in every fact."""

    company: Annotated[str, kinds.CODE]
    region: Annotated[str, kinds.CODE]
    store: Annotated[str, kinds.CODE]
    tills: tuple[Annotated[str, kinds.CODE], ...]
    epoch: Annotated[int, Whole(1, 1_000_000)] = 1
    trade_name: Annotated[str, kinds.LINE]
    legal_name: Annotated[str, kinds.LINE]
    address: tuple[Annotated[str, kinds.LINE], ...]
    phone: Annotated[str, kinds.LINE] | None = None
    siret: Annotated[str, kinds.SIRET] | None = None
    vat_id: Annotated[str, kinds.VAT_ID] | None = None
    coordinates: Annotated[str, kinds.COORDINATES] | None = None

    def contradictions(self) -> Iterator[Fault]:
        if not self.tills:
            yield Fault(path="tills", found="[]", expected="at least one till")
        for at, till in enumerate(self.tills):
            if till in self.tills[:at]:
                yield Fault(path=f"tills[{at}]", found=shown(till), expected="each till only once")


class DeviceConfig(Section):
    """One device; `options` are the driver's own and are checked by it."""

    name: Annotated[str, kinds.CODE]
    category: Annotated[Literal["scanner", "msr", "printer", "display"], Choice()]
    driver: Annotated[str, kinds.CODE]
    options: Annotated[Mapping[str, DeviceOption], Options()] = Field(
        default_factory=lambda: MappingProxyType({})
    )


class Printer(Section):
    """The paper that every receipt printer of this till has."""

    columns: Annotated[int, Whole(24, 64)] = 42
    code_page: Annotated[Literal["cp1252", "cp858", "iso8859-15", "cp850", "cp437"], Choice()] = (
        "cp1252"
    )
    page: Annotated[int, Whole(0, 255)] | None = None
    native_qr: Annotated[bool, Truth()] = True
    qr_size: Annotated[int, Whole(1, 16)] = 6
    cut: Annotated[Literal["none", "partial", "full"], Choice()] = "partial"
    kick_drawer: Annotated[bool, Truth()] = False


class Receipt(Section):
    """What happens to a receipt when the customer says nothing, and what it must say."""

    default_choice: Annotated[Literal["none", "paper", "email", "qr"], Choice()] = "none"
    legal_lines: tuple[Annotated[str, kinds.LINE], ...] = ()
    qr_url: Annotated[str, kinds.WEB_ADDRESS] | None = None

    def contradictions(self) -> Iterator[Fault]:
        if self.default_choice == "qr" and self.qr_url is None:
            yield Fault(path="qr_url", found=None, expected="an address, for receipts by QR code")


class Display(Section):
    """What the customer display offers."""

    join: Annotated[bool, Truth()] = True


class Consent(Section):
    """What new members are asked to allow, word for word; the customer ticks, never the cashier."""

    purpose: Annotated[str, kinds.CODE]
    channel: Annotated[str, kinds.CODE]
    fr: Annotated[str, kinds.LINE]
    en: Annotated[str, kinds.LINE]


class Api(Section):
    """Where the till screen and the POS software reach this register."""

    host: Annotated[str, kinds.HOST] = "127.0.0.1"
    names: tuple[Annotated[str, kinds.HOST], ...] = ()
    port: Annotated[int, Whole(0, 65_535)] = 8_765
    threads: Annotated[int, Whole(24, 256)] = 32  # an open event stream holds one
    token_file: Annotated[Path, Secret(may_be_absent=True)]


class Panel(Section):
    """How people sign in, and when they are shown out again."""

    idle_minutes: Annotated[int, Whole(1, 1_440)] = 30
    wrong_sign_ins_max: Annotated[int, Whole(1, 100)] = 5
    lock_minutes: Annotated[int, Whole(1, 1_440)] = 5
    wrong_proofs_max: Annotated[int, Whole(1, 100)] = 3
    proof_points: Annotated[int, Whole(0, 1_000_000)] = 0


class Offline(Section):
    """What may be spent without the hub: the most that a shop can lose."""

    points_max: Annotated[int, Whole(0, 1_000_000)] = 500
    balance_age_max_h: Annotated[int, Whole(0, 8_760)] = 72
    redemptions_max: Annotated[int, Whole(0, 1_000)] = 3
    news_age_max_h: Annotated[int, Whole(0, 8_760)] = 72
    voucher_max: Annotated[int, Whole(0, 1_000_000)] = 5_000


class Vouchers(Section):
    """How many wrong codes a till may try."""

    wrong_codes_max: Annotated[int, Whole(1, 1_000)] = 10


class Programme(Section):
    """The programme file that this register puts in force when it starts.

    `approved` is a version that goes into force although customers can exploit it.
    """

    file: Annotated[Path, Location()]
    approved: Annotated[str, kinds.VERSION] = ""


class Training(Section):
    """A mode for practice, with a database of its own that no hub ever sees."""

    enabled: Annotated[bool, Truth()] = False


class Inherits(Section):
    """The files whose values hold where this one says nothing, the nearest first: store, region,
    company."""

    company: Annotated[str, kinds.FILE] = ""
    region: Annotated[str, kinds.FILE] = ""
    store: Annotated[str, kinds.FILE] = ""


class RegisterConfig(Section):
    """All settings of one register."""

    inherits: Inherits = Field(default_factory=Inherits)

    node: RegisterNode
    store: Store
    cards: Cards
    devices: tuple[DeviceConfig, ...] = ()
    printer: Printer = Field(default_factory=Printer)
    receipt: Receipt = Field(default_factory=Receipt)
    display: Display = Field(default_factory=Display)
    consents: tuple[Consent, ...] = ()
    mail: Mail | None = None
    api: Api
    panel: Panel = Field(default_factory=Panel)
    hub: Uplink | None = None
    offline: Offline = Field(default_factory=Offline)
    vouchers: Vouchers = Field(default_factory=Vouchers)
    programme: Programme | None = None
    watch: Watch = Field(default_factory=Watch)
    retention: Retention = Field(default_factory=Retention)
    training: Training = Field(default_factory=Training)
    shadow: Shadow | None = None
    log: Log = Field(default_factory=Log)

    def contradictions(self) -> Iterator[Fault]:
        names = [device.name for device in self.devices]
        for at, name in enumerate(names):
            if name in names[:at]:
                yield Fault(
                    path=f"devices[{at}].name",
                    found=shown(name),
                    expected="a name that no other device has",
                )
        choice = self.receipt.default_choice
        if choice == "email" and self.mail is None:
            yield Fault(path="mail", found=None, expected="this section, for receipts by e-mail")
        if choice == "paper" and not any(d.category == "printer" for d in self.devices):
            yield Fault(
                path="receipt.default_choice",
                found=shown(choice),
                expected="another choice, or a device of category printer",
            )
