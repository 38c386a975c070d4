"""Every reason for which the product says no, and the one exception that carries it.

The lowest layer: imports nothing of ours. A `Reason` is a public, stable name; its English
sentence may change, its code may not. French sentences live in `locale/`, keyed by the English
one. Values in a sentence are field names and limits, never card numbers or personal data.
"""

from enum import Enum, StrEnum


class Kind(StrEnum):
    """What the caller can do about a refusal."""

    INVALID = "invalid"  # the request itself is wrong: change it
    NOT_FOUND = "not_found"  # what it names does not exist
    FORBIDDEN = "forbidden"  # this caller may not
    CONFLICT = "conflict"  # it contradicts what is already recorded
    PRECONDITION = "precondition"  # right in itself, not in this state
    UNAVAILABLE = "unavailable"  # try again later
    INTERNAL = "internal"  # our fault


class Reason(Enum):
    """The closed list of reasons; the member's name is the public code."""

    # commands and their memory
    COMMAND_ALTERED = (Kind.CONFLICT, "This command id was already used for something else.")
    INBOX_FULL = (Kind.UNAVAILABLE, "The register is busy; try again in a moment.")
    INTERNAL_ERROR = (Kind.INTERNAL, "Something went wrong here; the command was not recorded.")
    # cards and members
    CARD_INVALID = (Kind.INVALID, "This is not a card number of this shop.")
    CARD_KNOWN = (Kind.CONFLICT, "This card already belongs to a member.")
    CARD_UNKNOWN = (Kind.NOT_FOUND, "No member holds this card yet.")
    CARD_REPLACED = (Kind.PRECONDITION, "This card was replaced; use the new one.")
    PAYMENT_CARD_REFUSED = (
        Kind.FORBIDDEN,
        "This is a payment card: it was neither kept nor recorded. Use the loyalty card.",
    )
    LABEL_TOO_LONG = (Kind.INVALID, "No code is this long: scan the right one.")
    READ_CUT_SHORT = (Kind.INVALID, "The reading stopped in the middle; scan again.")
    READ_MALFORMED = (Kind.INVALID, "The reader sent noise, not a code; scan again.")
    STRIPE_DAMAGED = (Kind.INVALID, "The stripe cannot be read; swipe again, or type the number.")
    MEMBER_UNKNOWN = (Kind.NOT_FOUND, "This member does not exist.")
    MEMBER_ERASED = (Kind.PRECONDITION, "This member was erased at their own request.")
    MEMBER_EXISTS = (Kind.CONFLICT, "This member is already enrolled.")
    PROFILE_INVALID = (Kind.INVALID, "The field {field} does not hold a usable value.")
    SEARCH_TOO_SHORT = (Kind.INVALID, "Type at least {minimum} characters to search.")
    # baskets, tickets, returns
    BASKET_UNKNOWN = (Kind.NOT_FOUND, "This basket does not exist or is already closed.")
    TICKET_INVALID = (Kind.INVALID, "The ticket's {field} is wrong: {problem}.")
    TICKET_EXISTS = (Kind.CONFLICT, "This ticket number is already recorded with other content.")
    TICKET_UNKNOWN = (Kind.NOT_FOUND, "This ticket is not known here.")
    LINE_UNKNOWN = (Kind.NOT_FOUND, "The ticket has no line {line}.")
    TICKET_NOT_MOVABLE = (Kind.PRECONDITION, "This ticket cannot change hands: {problem}.")
    ADVANTAGE_LIMIT = (
        Kind.FORBIDDEN,
        "This is {over} more advantage than is allowed; a second person may allow it.",
    )
    CLAIM_REFUSED = (Kind.FORBIDDEN, "This code is not the one on this ticket's receipt.")
    CLAIM_TOO_LATE = (Kind.PRECONDITION, "This ticket could be claimed until {day}.")
    RETURN_EXCEEDS_SALE = (
        Kind.PRECONDITION, "Line {line} has only {left} thousandths left to return.",
    )  # fmt: skip
    CHOICE_NEEDED = (
        Kind.PRECONDITION,
        "Decide this first, and say it as choice.{about} = {answers}: {problem}.",
    )
    SECOND_PERSON_NEEDED = (
        Kind.FORBIDDEN, "A second person allows this: name them in approved_by.",
    )  # fmt: skip
    PROOF_NEEDED = (Kind.PRECONDITION, "Ask for the last digits of the member’s phone or card.")
    PROGRAMME_MISSING = (Kind.PRECONDITION, "No programme is in force on {day}.")
    PROGRAMME_ENDED = (
        Kind.PRECONDITION, "The programme ended on {day}; no card is given any more.",
    )  # fmt: skip
    EXCHANGE_MISSING = (
        Kind.PRECONDITION, "The programme has no exchange rate for {currency} on its first day.",
    )  # fmt: skip
    SHADOW_MISSING = (Kind.NOT_FOUND, "The settings name no programme to rate silently.")
    PAST_EMPTY = (Kind.NOT_FOUND, "There are no tickets of these days to try a programme on.")
    PROGRAMME_NOT_RESERVED = (
        Kind.NOT_FOUND, "No programme for invited members is called {programme}.",
    )  # fmt: skip
    VERSION_UNKNOWN = (Kind.NOT_FOUND, "This version of a programme is not known here.")
    VERSION_IN_FORCE = (
        Kind.PRECONDITION,
        "This version has been in force since {day}; publish another one that follows it.",
    )
    DRAFT_MISSING = (Kind.NOT_FOUND, "There is no draft of a programme, or nothing to undo in it.")
    DRAFT_CHANGED = (
        Kind.CONFLICT,
        "Somebody else changed the draft meanwhile; look at it again before you keep yours.",
    )
    TRIAL_RUNNING = (Kind.CONFLICT, "A trial is running; wait for it, or stop it.")
    DAY_IS_PAST = (Kind.INVALID, "This day lies in the past; choose today or a later one.")
    PROGRAMME_INVALID = (Kind.INVALID, "Faults in the programme: {count}; each is listed.")
    PROGRAMME_EXPLOITABLE = (
        Kind.PRECONDITION,
        "Ways to exploit the programme: {count}; each is listed.",
    )
    JOB_UNKNOWN = (Kind.NOT_FOUND, "This job does not exist or does not wait for an answer.")
    # points
    POINTS_INSUFFICIENT = (Kind.PRECONDITION, "{available} points are available, {needed} needed.")
    ACCOUNT_IN_DEBT = (Kind.PRECONDITION, "The account owes {debt} points; earning repays first.")
    OFFLINE_LIMIT = (Kind.PRECONDITION, "Offline, this redemption is above the shop's limit.")
    TRANSFER_WITHIN = (Kind.PRECONDITION, "These two already spend their points together.")
    APPROVAL_NEEDED = (
        Kind.FORBIDDEN,
        "More than {limit} points by hand need a second person's approval.",
    )
    REWARD_UNKNOWN = (Kind.NOT_FOUND, "The programme has no such reward for points.")
    VOUCHER_REFUSED = (Kind.PRECONDITION, "This voucher cannot be used.")
    VOUCHER_MISREAD = (Kind.INVALID, "This code is mistyped; compare it with the paper.")
    VOUCHERS_LOCKED = (
        Kind.UNAVAILABLE,
        "Too many wrong codes at this till; it takes vouchers again in {minutes} minutes.",
    )
    VOUCHER_ON_TICKET = (Kind.CONFLICT, "This voucher is on this ticket already.")
    VOUCHER_INCOMPATIBLE = (Kind.PRECONDITION, "This does not go together with: {label}.")
    VOUCHER_RULE_UNKNOWN = (Kind.NOT_FOUND, "The programme in force has no voucher {number}.")
    SEGMENT_UNKNOWN = (Kind.NOT_FOUND, "No programme {programme} describes a segment.")
    BATCH_DIFFERS = (Kind.CONFLICT, "A batch of this name holds other ones, or was withdrawn.")
    BATCH_TOO_LARGE = (Kind.INVALID, "A batch holds at most {maximum} vouchers.")
    GIFT_CARD_LIMIT = (Kind.PRECONDITION, "At most {amount} cents more go onto a card here.")
    VOUCHER_UNKNOWN = (Kind.NOT_FOUND, "No voucher of this name is known here.")
    GIFT_CARD_SPENT = (
        Kind.PRECONDITION,
        "This gift card was used already; its sale cannot be returned.",
    )
    HOLD_UNKNOWN = (Kind.NOT_FOUND, "This hold does not exist or has ended.")
    BATCH_UNKNOWN = (Kind.NOT_FOUND, "This batch of cards is not known here.")
    FLAG_UNKNOWN = (Kind.NOT_FOUND, "Nobody flagged this here.")
    ADJUSTMENT_UNKNOWN = (Kind.NOT_FOUND, "This adjustment does not exist.")
    ALREADY_UNDONE = (Kind.CONFLICT, "This was already undone.")
    UNDO_IMPOSSIBLE = (Kind.PRECONDITION, "This can no longer be undone: {problem}.")
    RIGHT_UNKNOWN = (Kind.NOT_FOUND, "The member's tier has no such right.")
    RIGHT_USED_UP = (Kind.PRECONDITION, "All {count} are used until {day}.")
    EVENT_UNKNOWN = (Kind.NOT_FOUND, "No programme of the member has such an event.")
    EVENT_LIMIT = (Kind.PRECONDITION, "This brought its points {count} times already.")
    REFERRAL_IMPOSSIBLE = (Kind.PRECONDITION, "This referral brings nothing: {problem}.")
    # journal and store
    STORE_BUSY = (Kind.UNAVAILABLE, "The database is locked by another program.")
    JOURNAL_PARTED = (
        Kind.UNAVAILABLE,
        "Facts left the journal meanwhile, as the hub has another history; begin again.",
    )
    STORE_IN_USE = (Kind.UNAVAILABLE, "Another process already runs on this database.")
    STORE_DAMAGED = (Kind.INTERNAL, "The database is damaged; restore the last backup.")
    CARDS_KEY_CHANGED = (
        Kind.PRECONDITION,
        "The key {key} is not the one this database was made with; put the former key back.",
    )
    STORE_NEWER = (Kind.PRECONDITION, "The database was written by a newer version; upgrade.")
    STORE_UNREACHABLE = (
        Kind.UNAVAILABLE,
        "The database cannot be opened; check its address and who may read and write it.",
    )
    STORE_FOREIGN = (Kind.PRECONDITION, "This database belongs to another program.")
    BACKUP_DAMAGED = (Kind.INVALID, "The backup {name} is damaged; take another one.")
    BACKUP_BY_TOOLS = (
        Kind.PRECONDITION,
        "PostgreSQL is backed up and restored by its own tools: {command}",
    )
    DISK_FULL = (Kind.UNAVAILABLE, "The disk is full; free space, nothing was recorded.")
    FACT_MALFORMED = (Kind.INVALID, "Fact {seq} cannot be read.")
    CHAIN_BROKEN = (Kind.CONFLICT, "Fact {seq} does not continue the chain of its node.")
    # between a register and its hub
    ENROLMENT_REFUSED = (Kind.FORBIDDEN, "This enrolment code is wrong, used or out of date.")
    NOT_ENROLLED = (Kind.FORBIDDEN, "The hub does not know this register; enrol it first.")
    REGISTER_REVOKED = (Kind.FORBIDDEN, "The hub revoked this register; it keeps its facts.")
    REGISTER_UNKNOWN = (Kind.NOT_FOUND, "No register of this name is enrolled here.")
    SYNC_MALFORMED = (Kind.INVALID, "The body is not what this call takes.")
    SEQUENCE_GAP = (Kind.CONFLICT, "The hub expects fact {seq} next.")
    INCARNATION_ENDED = (Kind.CONFLICT, "This incarnation has ended; greet the hub again.")
    FACT_REPEATED = (Kind.CONFLICT, "Fact {seq} was already told under another number.")
    FEED_EXPIRED = (Kind.CONFLICT, "These changes are no longer kept; begin with a snapshot.")
    HUB_UNREACHABLE = (Kind.UNAVAILABLE, "The hub does not answer.")
    CLOCK_WRONG = (
        Kind.PRECONDITION,
        "This till's clock is {minutes} minutes off the hub's; set it.",
    )
    CHAINS_PARTED = (
        Kind.CONFLICT,
        "This till came from an old file, or its disk runs twice; what the hub lacks goes again.",
    )
    # receipts and mail
    RECEIPT_UNBALANCED = (
        Kind.INVALID,
        "The lines, discounts and payments of the ticket do not add up to its total.",
    )
    ADDRESS_INVALID = (Kind.INVALID, "This is not a usable e-mail address.")
    RECEIPT_PAGE_UNSET = (
        Kind.PRECONDITION,
        "This shop shows no receipts on a page: choose paper or e-mail.",
    )
    MAIL_MALFORMED = (Kind.INVALID, "The mail's {field} cannot be sent safely.")
    # requests from other programs
    JSON_MALFORMED = (Kind.INVALID, "The body is not JSON in UTF-8.")
    REQUEST_INVALID = (Kind.INVALID, "The request is not as expected here; each fault is listed.")
    REQUEST_TOO_LARGE = (Kind.INVALID, "The body is larger than {maximum} bytes.")
    MEDIA_TYPE_REFUSED = (Kind.INVALID, "Send JSON as application/json, not compressed.")
    COMMAND_ID_INVALID = (
        Kind.INVALID,
        "Each write needs an Idempotency-Key of 1 to {maximum} printable characters, no spaces.",
    )
    OPERATOR_INVALID = (Kind.INVALID, "The operator is named by a code, never by a name.")
    TOKEN_REFUSED = (Kind.FORBIDDEN, "No device of this register has this token.")
    TOO_MANY_TOKENS = (
        Kind.UNAVAILABLE,
        "Too many wrong tokens came from here; try again in {seconds} seconds.",
    )
    OPERATION_REFUSED = (Kind.FORBIDDEN, "This device may not do this.")
    HOST_REFUSED = (Kind.FORBIDDEN, "This register does not answer under this host name.")
    ADDRESS_UNKNOWN = (Kind.NOT_FOUND, "There is nothing at this address.")
    METHOD_REFUSED = (Kind.INVALID, "This address does not know this method.")
    PORT_TAKEN = (Kind.UNAVAILABLE, "Nothing can be served at {address}: it is taken or not ours.")
    # people who sign in
    SIGN_IN_NEEDED = (Kind.FORBIDDEN, "Sign in first.")
    SIGN_IN_REFUSED = (
        Kind.FORBIDDEN,
        "This name and PIN, password or badge do not let anybody in.",
    )
    SIGN_IN_LOCKED = (Kind.UNAVAILABLE, "Too many wrong tries; sign in again in {seconds} seconds.")
    ROLE_REFUSED = (Kind.FORBIDDEN, "Your role does not allow this.")
    FORM_EXPIRED = (
        Kind.FORBIDDEN,
        "This form is too old, or was not sent from this page; send it again.",
    )
    TOO_MANY_REQUESTS = (
        Kind.UNAVAILABLE,
        "Too many requests came from here; try again in {seconds} seconds.",
    )
    SETUP_CODE_REFUSED = (Kind.FORBIDDEN, "This is not the setup code of this register.")
    STAFF_UNKNOWN = (Kind.NOT_FOUND, "Nobody signs in under this name.")
    STAFF_EXISTS = (Kind.CONFLICT, "Somebody signs in under this name already.")
    STAFF_INVALID = (Kind.INVALID, "The field {field} does not hold a usable value for a person.")
    PIN_INVALID = (Kind.INVALID, "A PIN is 4 to 12 digits.")
    PASSWORD_SHORT = (Kind.INVALID, "A password has at least {minimum} characters.")
    BADGE_TAKEN = (Kind.CONFLICT, "Somebody else has this badge.")
    LAST_MANAGER = (
        Kind.PRECONDITION,
        "Nobody else could manage this register; add another manager first.",
    )
    SCREEN_NEEDED = (
        Kind.PRECONDITION,
        "People sign in at a till screen; a program names its operator in a header.",
    )
    PAIRING_CODE_REFUSED = (Kind.FORBIDDEN, "This pairing code is not valid, or was used already.")
    SCREEN_UNKNOWN = (Kind.NOT_FOUND, "No screen or session of this kind is open.")
    SCREEN_EXISTS = (Kind.CONFLICT, "Another screen or program has this name.")
    PRINT_FAILED = (
        Kind.UNAVAILABLE,
        "The printer did not take it: look at its paper, cover and cable.",
    )
    # files from elsewhere
    FILE_UNREADABLE = (Kind.INVALID, "There is no file {name}, or it may not be read.")
    FILE_UNWRITABLE = (Kind.INVALID, "Nothing can be written to {name}; name a file elsewhere.")
    IMPORT_FILE_UNREADABLE = (Kind.INVALID, "The file cannot be read as text; say its encoding.")
    IMPORT_COLUMNS_MISSING = (
        Kind.INVALID,
        "The file lacks the columns {columns}; say which of its own stand for them.",
    )
    IMPORT_MAPPING_INVALID = (Kind.INVALID, "The mapping's {field} cannot be used.")
    IMPORT_ROW_MALFORMED = (Kind.INVALID, "The row cannot be read as a row of this file.")
    IMPORT_VALUE_MISSING = (Kind.INVALID, "The column {column} is empty.")
    IMPORT_VALUE_INVALID = (Kind.INVALID, "The column {column} does not hold a usable value.")
    IMPORT_AMOUNT_AMBIGUOUS = (
        Kind.INVALID,
        "The column {column} can be read in two ways; say which sign separates the decimals.",
    )
    IMPORT_ROWS_DIFFER = (
        Kind.INVALID,
        "The rows of this ticket do not agree on the column {column}.",
    )
    IMPORT_CONSENT_UNDATED = (Kind.INVALID, "The consent in {column} has no day.")
    IMPORT_STOPPED = (
        Kind.UNAVAILABLE,
        "The import stopped; start it again, and it goes on where it was.",
    )
    # settings
    CONFIG_INVALID = (Kind.INVALID, "Faults in the settings: {count}; each is listed.")

    def __init__(self, kind: Kind, sentence: str) -> None:
        self.kind = kind
        self.sentence = sentence

    @property
    def code(self) -> str:
        """The public, stable name."""
        return self.name


class Wrong(StrEnum):
    """What is wrong with a part: the closed vocabulary of `{problem}` in a refusal's sentence.

    Each is an English clause, filled with the refusal's other values; `locale/` translates it.
    """

    # tickets and baskets
    AT_MOST = "at most {maximum}"
    BETWEEN = "{minimum} to {maximum}"
    ONE_OF = "one of {choices}"
    NUMBER_UNUSABLE = "1 to {maximum} characters without '/'"
    TEXT_UNUSABLE = "at most {maximum} characters, no NUL"
    BELOW_ZERO = "they sum to less than zero"
    DISCOUNTS_TOO_HIGH = "they exceed the lines"
    DISCOUNT_BARRED = "they exceed the lines that discounts may cover"
    TENDERS_DIFFER = "they do not sum to {due}"
    HOLD_DIFFERS = "it is not what the hold is worth for this member"
    VOUCHER_DIFFERS = "it is not what this voucher takes off this ticket or pays of it"
    VOUCHER_SPENT = "{count} vouchers that this purchase no longer earns were used"
    REWARD_DIFFERS = "it is not what this reward takes off this ticket"
    BASKET_TOO_SMALL = "it is too small for this reward"
    IN_FUTURE = "it lies in the future"
    POINTS_MISSING = "{points} points that it brought are spent already; they would be owed"
    GIFT_KEPT = "{label} was given for goods that come back; it is worth {amount}"
    # what cannot be undone or changed
    SAME_ACCOUNT = "it is theirs already"
    POINTS_PAID = "points of its holder paid part of it"
    NEVER_MOVED = "it never did"
    CLAIMED = "it belongs to somebody"
    NOT_CLAIMABLE = "the programme takes no claims"
    REFERRED = "somebody is already named"
    NO_REFERRALS = "the programme gives nothing for it"
    SAME_PERSON = "both share their points"
    HAS_BOUGHT = "the member has bought before"
    TOO_MANY_REFERRALS = "they have brought too many"
    HAS_POINTS = "the member already has points"
    # programme files
    NOT_TOML = "not a line that TOML allows"
    NOT_JSON = "not an object that JSON allows"
    SECTION_UNKNOWN = "this section does not exist"
    SECTION_MISSING = "this section is missing"
    NOT_A_SECTION = "write it as [{name}], with keys below it"
    NOT_A_LIST_OF_SECTIONS = "write it as [[{name}]]"
    KEY_UNKNOWN = "this key does not exist"
    KEY_MISSING = "this key is missing"
    NOT_WHOLE = "write a whole number from {minimum} to {maximum}"
    NOT_WHOLES = "write a list of whole numbers from {minimum} to {maximum}"
    NOT_TEXT = "write a text of {minimum} to {maximum} characters in quotes"
    NOT_A_TEXT = "write a text in quotes"
    NOT_TEXTS = "write a list of texts in quotes"
    NOT_CODE = "write a code of 1 to 32 small letters, digits, hyphens or _"
    NOT_CURRENCY = "write three capital letters, such as EUR"
    NOT_TRUTH = "write true or false"
    NOT_DAY = "write a day such as 2026-01-31, without quotes"
    NOT_MONTH_DAY = 'write a month and a day in quotes, such as "06-30"'
    FIRST_TIER_ABOVE_ZERO = "the first tier begins at 0"
    TIERS_NOT_RISING = "tiers rise from one to the next"
    NO_REVIEW = 'say when tiers are reviewed: "yearly" or "anniversary"'
    EARNS_NOTHING = "say what earns: points, a visit, a quantity or a bonus"
    COMBINED_TWICE = "keep it false, or leave combine out"
    EXCLUDES_NOTHING = "name a category, an article or a flag"
    KEY_OF_OTHER_KIND = "leave it out: a reward of the kind {kind} does not use it"
    LABEL_TWICE = "another reward has this label"
    BUNDLE_OF_NOTHING = "no [[part]] says what goes into this bundle"
    CODE_TWICE = "another event has this code"
    WALLET_CENTS = "write the same as in amount: a cent of the wallet pays a cent"
    WALLET_CURRENCY = "leave it out: a wallet of cents pays in its own currency only"
    KIND_TWICE = "name each kind once"
    NOT_RATE = 'write a rate above zero in quotes, such as "1.04"'
    OWN_CURRENCY = "it is the programme's own currency"
    RATE_TWICE = "another rate of this currency begins on this day"
    NUMBER_TWICE = "another voucher has this number"
    NO_CHANGE = "change stays only on an amount that is used once"
    LABEL_UNKNOWN = "no voucher or reward has such a label"
    MONTH_BELOW_DAY = "it is less than customer_day"
    BEFORE_FIRST_DAY = "it lies before first_day"
    CARRIED_AND_CUT = "what is carried over is neither capped nor rounded: leave those keys out"
    NO_VISIT = "say what a visit brings: visit"
    NOT_TIME = 'write a time of day in quotes, such as "17:30"'
    SEGMENT_OF_ALL = 'describe the members in [segment], and write members = "segment"'
    SEGMENT_EMPTY = "name at least one condition"
    GOODS_MISSING = "name the articles, categories or labels that this is about"
    AGES_REVERSED = "it is less than age_from"
    NOT_CONSENT = 'write a purpose and a channel in quotes, such as "news/email"'
    SAME_TICKET = "points that wait, or of a programme for some members, cannot pay at once"
    NEVER_USABLE = "points would end before they can be spent"


class LoyaltyError(Exception):
    """A refusal with a `reason`; `values` fill its sentence, a `problem` is one of `Wrong`.

    `str()` gives the English sentence; `pos_loyalty.texts` gives it in the reader's language.
    """

    def __init__(self, reason: Reason, **values: str | int) -> None:
        self.reason = reason
        self.values = values
        filled = dict(values)
        if "problem" in values:  # by its text, as it came back from a command's memory
            filled["problem"] = Wrong(str(values["problem"])).format(**values)
        super().__init__(reason.sentence.format(**filled))

    @property
    def kind(self) -> Kind:
        """What the caller can do about it."""
        return self.reason.kind
