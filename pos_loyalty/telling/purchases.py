"""What a purchase brings: money, visits, articles, quantities, baskets; and what never earns."""

from pos_loyalty.telling.words import ARTICLES, CATEGORIES, FLAGS, Clause, Section, Word

EARN = Section(
    name="earn",
    title="What a purchase brings",
    words={
        "points": Word(
            "Points",
            "How many points each full amount below brings; 0 where only visits, "
            "quantities or bonuses earn.",
            example="1",
            unit="points",
        ),
        "per": Word(
            "For each amount of",
            "What has to be paid for these points.",
            example="1,00",
            unit="money",
        ),
        "tax": Word(
            "What counts of a price",
            "Whether VAT earns points, too.",
            choices={
                "included": "with its VAT",
                "excluded": "without its VAT",
            },
        ),
        "combine": Word(
            "Several multipliers on one article",
            "How a tier at 150 % and a multiplier at 200 % work together.",
            choices={
                "multiply": "they multiply: 300 %",
                "add": "they add up: 250 %",
                "best": "the best one counts: 200 %",
            },
        ),
        "visit": Word(
            "Points of a visit",
            "What each ticket brings that money paid at least part of.",
            example="5",
            unit="points",
        ),
        "visit_minutes": Word(
            "Minutes between two visits",
            "A second ticket that soon is no new visit; 0 counts every ticket.",
            example="30",
            unit="minutes",
            rare=True,
        ),
        "carry_over": Word(
            "Keep what does not reach a point",
            "It waits for the customer’s next ticket instead of being lost.",
            rare=True,
        ),
        "minimum": Word(
            "Smallest ticket that earns",
            "Tickets below it bring nothing; 0 for none.",
            example="5,00",
            unit="money",
            rare=True,
        ),
        "maximum": Word(
            "At most on one ticket",
            "The most points that a ticket brings; 0 for no limit.",
            example="500",
            unit="points",
            rare=True,
        ),
        "maximum_day": Word(
            "At most in a day",
            "The most points that a customer gets in a day; 0 for no limit.",
            example="1000",
            unit="points",
            rare=True,
        ),
        "maximum_month": Word(
            "At most in a month",
            "The most points that a customer gets in a calendar month; 0 for no limit.",
            example="5000",
            unit="points",
            rare=True,
        ),
        "rounding": Word(
            "Rounding of a ticket",
            "What becomes of a part of a point, once a ticket.",
            choices={
                "down": "down",
                "nearest": "to the nearest point",
                "up": "up",
            },
            rare=True,
        ),
        "best_multiplier_only": Word(
            "Only the best multiplier counts",
            "Of several multipliers on an article, before the tier. Leave it off "
            "where you chose to add up or to take the best.",
            rare=True,
        ),
        "claim_days": Word(
            "Days to claim a ticket",
            "Who forgot their card gets the points later with the code on the "
            "receipt; 0 for never.",
            example="14",
            unit="days",
            rare=True,
        ),
        "paid_with_points": Word(
            "What points pay earns, too",
            "Otherwise only money brings points.",
            rare=True,
        ),
    },
    clauses=(
        Clause("{points} for each {per} paid.", "points"),
        Clause("What is paid brings nothing by itself.", "!points"),
        Clause("VAT earns, too.", "tax=included"),
        Clause("Only what is left without VAT earns.", "tax=excluded"),
        Clause("Each visit brings {visit}.", "visit"),
        Clause("A second ticket within {visit_minutes} is no new visit.", "visit_minutes"),
        Clause(
            "Tier and multipliers multiply one another: 150 % and 200 % make 300 %.",
            "combine=multiply",
        ),
        Clause("Tier and multipliers add up: 150 % and 200 % make 250 %.", "combine=add"),
        Clause(
            "Of tier and multipliers only the best counts: of 150 % and 200 %, 200 %.",
            "combine=best",
        ),
        Clause(
            "Of several multipliers on an article only the best counts.", "best_multiplier_only"
        ),
        Clause("What does not reach a point waits for the next ticket.", "carry_over"),
        Clause("A ticket is rounded down.", "rounding=down", "!carry_over"),
        Clause("A ticket is rounded to the nearest point.", "rounding=nearest"),
        Clause("A ticket is rounded up.", "rounding=up"),
        Clause("A ticket below {minimum} earns nothing.", "minimum"),
        Clause("A ticket brings {maximum} at most.", "maximum"),
        Clause("A customer gets {maximum_day} a day at most.", "maximum_day"),
        Clause("A customer gets {maximum_month} a month at most.", "maximum_month"),
        Clause("What points pay earns as money does.", "paid_with_points"),
        Clause("Who forgot their card can claim a ticket for {claim_days}.", "claim_days"),
    ),
)


EXCLUSION = Section(
    name="exclusion",
    title="What never earns",
    one="Exclusion",
    named_by="reason",
    words={
        "reason": Word(
            "Reason shown to customers",
            "It stands on receipts as it is, before “excluded”.",
            example="tabac",
        ),
        "category": Word(
            "Category",
            "A category of your article file.",
            example="tabac",
        ),
        "article": Word(
            "Article",
            "One article, by its code or GTIN.",
            example="3250390000891",
        ),
        "flag": Word(
            "Label of articles",
            "A label that articles bear in your article file.",
            example="gift_card",
        ),
        "coupons": Word(
            "Discounts may cover it",
            "Take the tick away where no reward or discount may lower its price.",
        ),
    },
    clauses=(
        Clause("The category {category} never earns ({reason}).", "category"),
        Clause("The article {article} never earns ({reason}).", "article"),
        Clause("Articles labelled {flag} never earn ({reason}).", "flag"),
        Clause("No discount lowers the price either.", "!coupons"),
    ),
)


MULTIPLIER = Section(
    name="multiplier",
    title="More points at times or for articles",
    one="Multiplier",
    named_by="name",
    words={
        "name": Word(
            "Name", "It stands on receipts: keep it short.", example="Double fromage le week-end"
        ),
        "percent": Word(
            "Percent of the points",
            "200 is double, 150 is half as much again.",
            example="200",
            unit="percent",
        ),
        "categories": CATEGORIES,
        "articles": ARTICLES,
        "flags": FLAGS,
        "weekdays": Word("Days of the week", "None chosen: every day.", offers="weekdays"),
        "first_day": Word("First day", "Empty: from the beginning."),
        "last_day": Word("Last day", "Empty: without an end."),
        "from_time": Word(
            "From", "The time of day; the same in both fields for the whole day.", example="17:30"
        ),
        "until_time": Word("Until", "It no longer counts from this time on.", example="19:00"),
    },
    clauses=(
        Clause("“{name}”: {percent} of the points on {scope}."),
        Clause("On these days: {weekdays}.", "weekdays"),
        Clause("From {first_day} to {last_day}.", "first_day", "last_day"),
        Clause("From {first_day} on.", "first_day", "!last_day"),
        Clause("Until {last_day}.", "!first_day", "last_day"),
        Clause("From {from_time} to {until_time}.", "from_time!=@until_time"),
    ),
)


QUANTITY = Section(
    name="quantity",
    title="Points for units bought",
    one="Points by quantity",
    named_by="name",
    words={
        "name": Word("Name", "It stands on receipts: keep it short.", example="Café en grains"),
        "points": Word(
            "Points",
            "What each lot of units brings, whatever it costs.",
            example="5",
            unit="points",
        ),
        "every": Word("For each so many units", "1 for each unit.", example="2"),
        "categories": CATEGORIES,
        "articles": ARTICLES,
        "flags": FLAGS,
    },
    clauses=(
        Clause("“{name}”: {points} for every {every} of {scope}.", "every!=1"),
        Clause("“{name}”: {points} for each unit of {scope}.", "every=1"),
    ),
)


BONUS = Section(
    name="bonus",
    title="Bonus of a large basket",
    one="Basket bonus",
    named_by="threshold",
    words={
        "threshold": Word(
            "From a basket of",
            "What counts is what earns on the ticket.",
            example="100,00",
            unit="money",
        ),
        "points": Word("Points more", "They come once a ticket.", example="20", unit="points"),
    },
    clauses=(Clause("A ticket of {threshold} or more brings {points} more."),),
)
