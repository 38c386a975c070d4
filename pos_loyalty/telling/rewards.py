"""What points buy, promotions, and bundles."""

from pos_loyalty.telling.words import ARTICLES, CATEGORIES, FLAGS, Clause, Section, Word

_KINDS = {
    "amount": "an amount off",
    "percent": "a percentage off",
    "item": "an article for nothing",
    "cheapest": "the cheapest piece for less",
    "bundle": "a bundle at a price",
}

REWARD = Section(
    name="reward",
    title="Rewards and promotions",
    one="Reward",
    named_by="label",
    kind="kind",
    words={
        "label": Word("Name", "It stands on tickets as a discount.", example="Bon fidélité"),
        "points": Word(
            "Points it costs",
            "0 makes it a promotion that every member gets.",
            example="100",
            unit="points",
        ),
        "kind": Word("What it gives", "The fields below follow from it.", choices=_KINDS),
        "amount": Word(
            "Amount off",
            "What the points take off; several blocks may be used at once.",
            example="5,00",
            unit="money",
            only=("amount",),
        ),
        "percent": Word(
            "Percent off",
            "100 is for nothing.",
            example="15",
            unit="percent",
            only=("percent", "cheapest"),
        ),
        "each": Word(
            "Of every so many pieces",
            "2: every second one, the cheaper of two.",
            example="2",
            only=("cheapest",),
        ),
        "minimum": Word(
            "Smallest basket",
            "For an article for nothing: what is bought besides.",
            example="20,00",
            unit="money",
        ),
        "articles": ARTICLES,
        "categories": CATEGORIES,
        "flags": FLAGS,
        "stack": Word(
            "Beside other promotions of its kind",
            "For promotions that touch the same article.",
            choices={"best": "only the better one is given", "all": "both are given"},
            rare=True,
        ),
        "hold_minutes": Word(
            "Minutes that it stays reserved",
            "For a basket that is open; then the points are free again.",
            example="60",
            unit="minutes",
            rare=True,
        ),
        "on_return": Word(
            "When goods come back",
            "And what is left lies below the smallest basket.",
            choices={
                "keep": "the customer keeps it in proportion",
                "claw_back": "it is taken off the refund",
            },
            rare=True,
        ),
        "share": Word(
            "At most so many percent of the price",
            "0 for all of it.",
            example="30",
            unit="percent",
            only=("amount",),
            rare=True,
        ),
        "spread": Word(
            "What it takes off lies",
            "It decides what a piece that comes back is refunded with.",
            choices={"piece": "on the cheapest piece", "bundle": "on all pieces that go together"},
            only=("cheapest",),
            rare=True,
        ),
        "same_ticket": Word(
            "Points of the same ticket",
            "What a basket is about to bring may pay for this reward at once.",
            rare=True,
        ),
        "price": Word(
            "Price of the bundle",
            "For all its pieces together; say below “Bundles” what goes in.",
            example="8,00",
            unit="money",
            only=("bundle",),
        ),
    },
    clauses=(
        Clause("“{label}”: {points} take {amount} off.", "kind=amount", "points"),
        Clause("“{label}”: members get {amount} off.", "kind=amount", "!points"),
        Clause("“{label}”: {points} take {percent} off.", "kind=percent", "points"),
        Clause("“{label}”: members get {percent} off.", "kind=percent", "!points"),
        Clause(
            "“{label}”: {points} buy one article, the dearest that fits.", "kind=item", "points"
        ),
        Clause(
            "“{label}”: members get one article for nothing, the dearest that fits.",
            "kind=item",
            "!points",
        ),
        Clause(
            "“{label}”: for {points}, of every {each} pieces the cheapest costs {percent} less.",
            "kind=cheapest",
            "points",
        ),
        Clause(
            "“{label}”: of every {each} pieces the cheapest costs members {percent} less.",
            "kind=cheapest",
            "!points",
        ),
        Clause("“{label}”: for {points} a bundle costs {price}.", "kind=bundle", "points"),
        Clause("“{label}”: a bundle costs members {price}.", "kind=bundle", "!points"),
        Clause("It is for {scope}.", "scope"),
        Clause("The basket comes to {minimum} at least.", "minimum", "kind!=item"),
        Clause("Goods of {minimum} at least are bought besides.", "minimum", "kind=item"),
        Clause("It pays {share} of the price at most.", "share"),
        Clause("Of two promotions of this kind on an article: {stack}.", "!points"),
        Clause("What it takes off lies {spread}.", "kind=cheapest"),
        Clause("When goods come back and too little is left: {on_return}.", "kind!=item"),
        Clause("Points that a ticket brings can pay for it on that ticket.", "same_ticket"),
        Clause("It stays reserved for an open basket for {hold_minutes}.", "points"),
    ),
)


PART = Section(
    name="part",
    title="Bundles",
    one="Part of a bundle",
    named_by="reward",
    words={
        "reward": Word("Bundle", "The reward that this goes into.", offers="bundles"),
        "count": Word("Pieces", "How many of these articles go in.", example="1"),
        "articles": ARTICLES,
        "categories": CATEGORIES,
        "flags": FLAGS,
    },
    clauses=(Clause("Into “{reward}” goes: {count} × {scope}."),),
)


STACKING = Section(
    name="stacking",
    title="Which kind of reward comes off first",
    words={
        "order": Word("Order", "Kinds that you leave out come first.", choices=_KINDS, rare=True),
    },
    clauses=(Clause("Off a ticket come, in this order: {order}.", "order"),),
)
