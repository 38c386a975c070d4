"""The programme itself, how long points live, limits, and what the books say."""

from pos_loyalty.telling.words import Clause, Section, Word

PROGRAMME = Section(
    name="programme",
    title="The programme",
    words={
        "id": Word(
            "Short name",
            "It stays the same from version to version; another one is another "
            "programme with points of its own.",
            example="points",
        ),
        "name": Word("Name", "What customers read.", example="Carte de fidélité"),
        "first_day": Word(
            "First day", "In force from this day on; you are asked again before it is published."
        ),
        "currency": Word("Currency", "Three capital letters.", example="EUR", rare=True),
        "last_day": Word(
            "Last day", "After it nothing is earned or spent. Empty: without an end.", rare=True
        ),
        "unit": Word(
            "What is counted",
            "A wallet counts cents and shows them as money.",
            choices={"points": "points", "cents": "money of a wallet"},
        ),
        "members": Word(
            "Who takes part",
            "A programme for those who were invited runs beside the main one.",
            choices={
                "all": "every member",
                "invited": "only who was invited",
                "segment": "whom its segment describes",
            },
            rare=True,
        ),
    },
    clauses=(
        Clause("The programme is called “{name}” (short name {id})."),
        Clause("It is in force from {first_day}."),
        Clause("Its amounts are in {currency}."),
        Clause("It ends on {last_day}: after it nothing is earned or spent.", "last_day"),
        Clause("It counts points.", "unit=points"),
        Clause("It counts money of a wallet, to the cent.", "unit=cents"),
        Clause("Every member takes part.", "members=all"),
        Clause("Members whom its segment describes take part.", "members=segment"),
        Clause("Only members who were invited take part.", "members=invited"),
    ),
)


EXPIRY = Section(
    name="expiry",
    title="How long points live",
    words={
        "months": Word(
            "Months", "From the day they are earned; 0 for ever.", example="12", unit="months"
        ),
        "ends": Word(
            "They end",
            "On the same day, or with the period that it lies in.",
            choices={
                "anniversary": "on the same day, so many months later",
                "month": "at the end of that month",
                "quarter": "at the end of that quarter",
                "half": "at the end of that half-year",
                "year": "at the end of that year",
            },
        ),
        "minimum_days": Word(
            "At least so many days",
            "What would live less lives to the end of a later period.",
            example="30",
            unit="days",
            rare=True,
        ),
        "courtesy_days": Word(
            "Days after a return",
            "Points that come back with goods live at least so long.",
            example="30",
            unit="days",
            rare=True,
        ),
        "pending_days": Word(
            "Days before they can be spent", "0 to spend them at once.", example="14", unit="days"
        ),
        "inactivity_months": Word(
            "Months without a purchase",
            "After so many all points of a customer end; 0 for never.",
            example="12",
            unit="months",
        ),
    },
    clauses=(
        Clause("Points live for ever.", "!months", "ends=anniversary"),
        Clause("Points live {months}.", "months", "ends=anniversary"),
        Clause("Points live {months}, then {ends}.", "months", "ends!=anniversary"),
        Clause("Points end {ends} in which they were earned.", "!months", "ends!=anniversary"),
        Clause("They live {minimum_days} at least.", "minimum_days"),
        Clause("Points that come back with a return live {courtesy_days} at least."),
        Clause("They can be spent {pending_days} after they were earned.", "pending_days"),
        Clause(
            "All points of a customer end after {inactivity_months} without a purchase.",
            "inactivity_months",
        ),
    ),
)


RETURNS = Section(
    name="returns",
    title="When goods come back",
    words={
        "spent": Word(
            "Points spent on them",
            "What points had paid of goods that come back.",
            choices={"restore": "come back, too", "lost": "stay spent"},
            rare=True,
        ),
        "missing": Word(
            "Points that are spent already",
            "Goods bring points, these are spent, then the goods come back.",
            choices={
                "debt": "are owed, and later points repay them",
                "forgive": "are let go",
                "refuse": "are owed only if a second person allows the return",
            },
            rare=True,
        ),
        "tier": Word(
            "The tier that they had reached",
            "Whether what was given back still counts.",
            choices={"withdraw": "ends at once", "keep": "stays, as if they were kept"},
            rare=True,
        ),
    },
    clauses=(
        Clause("Points that had paid for goods which come back: {spent}."),
        Clause("Points of such goods that are spent already: {missing}."),
        Clause("A tier that such goods had reached: {tier}."),
    ),
)


ADJUSTMENTS = Section(
    name="adjustments",
    title="Points by hand",
    words={
        "limit": Word(
            "Points that one person may move",
            "More at once needs a second person.",
            example="100",
            unit="points",
        )
    },
    clauses=(Clause("More than {limit} by hand at once need a second person."),),
)


REDEMPTION = Section(
    name="redemption",
    title="When a second person is needed",
    words={
        "points": Word(
            "Points spent at once",
            "Above it a second person allows it.",
            example="2000",
            unit="points",
        ),
        "amount": Word(
            "Worth of a voucher or gift card",
            "Above it a second person allows it.",
            example="100,00",
            unit="money",
        ),
    },
    clauses=(
        Clause("Spending more than {points} at once needs a second person.", "points!=1000000000"),
        Clause(
            "A voucher or gift card of more than {amount} needs a second person.",
            "amount!=1000000000",
        ),
    ),
)


LIMITS = Section(
    name="limits",
    title="Most that rewards may take off",
    words={
        "customer_day": Word(
            "A customer in a day", "0 for no limit.", example="50,00", unit="money"
        ),
        "customer_month": Word(
            "A customer in a month", "0 for no limit.", example="200,00", unit="money"
        ),
        "cashier_day": Word(
            "A cashier in a day, without points", "0 for no limit.", example="100,00", unit="money"
        ),
    },
    clauses=(
        Clause(
            "Rewards take {customer_day} a day at most off one customer’s tickets.", "customer_day"
        ),
        Clause(
            "Rewards take {customer_month} a month at most off one customer’s tickets.",
            "customer_month",
        ),
        Clause(
            "One person gives {cashier_day} a day at most without points paying for it.",
            "cashier_day",
        ),
    ),
)


ACCOUNTING = Section(
    name="accounting",
    title="What the books say",
    words={
        "points": Word(
            "So many points",
            "Together with the amount: what points are worth.",
            example="100",
            unit="points",
        ),
        "amount": Word("Are worth", "0 for what the reward gives.", example="5,00", unit="money"),
        "use": Word(
            "Percent that get spent",
            "Leave it empty to learn it from your own past.",
            example="80",
            unit="percent",
        ),
        "cost": Word(
            "Cost in percent of their worth",
            "What a reward costs you of what it takes off.",
            example="60",
            unit="percent",
        ),
        "stamp": Word(
            "A stamp is worth",
            "Of the card of stamps. 0: stamps are not valued.",
            example="0,15",
            unit="money",
            rare=True,
        ),
    },
    clauses=(
        Clause("In the books {points} are worth {amount}.", "amount"),
        Clause("In the books {points} are worth what the reward gives.", "!amount"),
        Clause("{use} of points are taken to be spent.", "use"),
        Clause("A reward costs the shop {cost} of its worth."),
        Clause("In the books a stamp is worth {stamp}.", "stamp"),
    ),
)


EXCHANGE = Section(
    name="exchange",
    title="Other currencies",
    one="Rate",
    named_by="currency",
    words={
        "currency": Word("Currency", "Three capital letters.", example="CHF"),
        "first_day": Word("First day", "The rate holds from this day on."),
        "rate": Word("Worth of one unit", "In the programme’s own currency.", example="1.04"),
    },
    clauses=(Clause("From {first_day} on 1 {currency} counts as {rate}."),),
)
