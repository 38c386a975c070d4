"""Stamps, vouchers and gift cards."""

from pos_loyalty.telling.words import ARTICLES, CATEGORIES, FLAGS, Clause, Section, Word

STAMPS = Section(
    name="stamps",
    title="Card of stamps",
    words={
        "name": Word("Name", "What customers read.", example="10 cafés = 1 offert"),
        "needed": Word("Stamps needed", "Each piece that is paid brings one.", example="10"),
        "free": Word("Pieces for nothing", "What a full card gives.", example="1"),
        "articles": ARTICLES,
        "categories": CATEGORIES,
        "flags": FLAGS,
    },
    clauses=(
        Clause(
            "“{name}”: {needed} pieces of {scope} that are paid give {free} for "
            "nothing, the cheapest first."
        ),
    ),
)


VOUCHER = Section(
    name="voucher",
    title="Vouchers on receipts",
    one="Voucher",
    named_by="label",
    kind="kind",
    words={
        "number": Word(
            "Number", "It stands in the codes: never give it to another voucher.", example="1"
        ),
        "label": Word("Name", "What customers read.", example="Bon de 10 €"),
        "kind": Word(
            "What it gives",
            "The fields below follow from it.",
            choices={"amount": "an amount off", "percent": "a percentage off"},
        ),
        "amount": Word(
            "Amount off",
            "What it takes off a later basket.",
            example="10,00",
            unit="money",
            only=("amount",),
        ),
        "percent": Word(
            "Percent off",
            "What it takes off a later basket.",
            example="10",
            unit="percent",
            only=("percent",),
        ),
        "each": Word(
            "A ticket brings one for each",
            "Of what earns; 0 where no ticket brings one.",
            example="100,00",
            unit="money",
        ),
        "most": Word("At most on one ticket", "How many a ticket brings.", example="5", rare=True),
        "uses": Word("Uses", "How often one voucher can be used.", example="1", rare=True),
        "days": Word(
            "Days that it is good", "From the day of its ticket.", example="90", unit="days"
        ),
        "minimum": Word(
            "Smallest basket", "On which it can be used.", example="20,00", unit="money"
        ),
        "change": Word(
            "What is not used stays on it",
            "Like on a gift card; for an amount that is used once.",
            only=("amount",),
            rare=True,
        ),
        "articles": ARTICLES,
        "categories": CATEGORIES,
        "flags": FLAGS,
        "stack": Word(
            "Beside other vouchers",
            "Whether two can be used on one basket.",
            choices={"best": "only the better one is used", "all": "both are used"},
            rare=True,
        ),
        "incompatible": Word(
            "Never together with",
            "Names of rewards and vouchers, with a comma between.",
            example="Bon fidélité",
            rare=True,
        ),
        "hold_minutes": Word(
            "Minutes that it stays reserved",
            "For a basket that is open.",
            example="60",
            unit="minutes",
            rare=True,
        ),
    },
    clauses=(
        Clause("“{label}” (number {number}) takes {amount} off a later basket.", "kind=amount"),
        Clause("“{label}” (number {number}) takes {percent} off a later basket.", "kind=percent"),
        Clause("A ticket brings one for each {each}, {most} at most.", "each"),
        Clause("It is good for {days} and {uses} uses.", "uses!=1"),
        Clause("It is good for {days}, once.", "uses=1"),
        Clause("The basket comes to {minimum} at least.", "minimum"),
        Clause("What is not used stays on it.", "change"),
        Clause("It is for {scope}.", "scope"),
        Clause("Of several vouchers on a basket: {stack}."),
        Clause("It never goes together with {incompatible}.", "incompatible"),
        Clause("It stays reserved for an open basket for {hold_minutes}."),
    ),
)


GIFT_CARD = Section(
    name="gift_card",
    title="Gift cards",
    words={
        "label": Word("Name", "What customers read.", example="Carte cadeau"),
        "articles": ARTICLES,
        "flags": FLAGS,
        "months": Word("Months that it is good", "0 for ever.", example="24", unit="months"),
        "balance_max": Word(
            "A card holds at most",
            "No money is sold onto a card beyond it; 0 for any amount.",
            example="150,00",
            unit="money",
        ),
        "top_up_max": Word(
            "Sold onto cards on one ticket, at most",
            "0 for any amount.",
            example="150,00",
            unit="money",
        ),
    },
    clauses=(
        Clause(
            "“{label}”: the articles {articles} are gift cards; selling one earns nothing.",
            "articles",
        ),
        Clause(
            "“{label}”: articles labelled {flags} are gift cards; selling one earns nothing.",
            "flags",
        ),
        Clause("A gift card is good for {months}.", "months"),
        Clause("A gift card is good for ever.", "!months"),
        Clause("Money is sold onto a card until it holds {balance_max}.", "balance_max"),
        Clause("A ticket sells at most {top_up_max} onto cards.", "top_up_max"),
    ),
)
