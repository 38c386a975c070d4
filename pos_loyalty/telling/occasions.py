"""Points beside purchases: once, and for what members do."""

from pos_loyalty.telling.words import Clause, Section, Word

ONCE = Section(
    name="once",
    kind="when",
    title="Points given once",
    one="Points given once",
    named_by="name",
    words={
        "name": Word("Name", "It stands on receipts.", example="Bienvenue"),
        "when": Word(
            "For what",
            "When these points come.",
            choices={
                "first_purchase": "the first purchase",
                "birthday": "a birthday",
                "referral": "bringing a friend",
                "profile": "a complete profile",
            },
        ),
        "points": Word(
            "Points",
            "For a friend who was brought: what the member gets who brought them.",
            example="50",
            unit="points",
        ),
        "minimum": Word(
            "Smallest ticket",
            "The ticket that brings them costs at least this.",
            example="10,00",
            unit="money",
        ),
        "days_before": Word(
            "Days before the birthday",
            "From when on a purchase counts.",
            example="7",
            unit="days",
            only=("birthday",),
        ),
        "days_after": Word(
            "Days after the birthday",
            "Until when a purchase counts.",
            example="7",
            unit="days",
            only=("birthday",),
        ),
        "leap": Word(
            "Birthday of those born on 29 February",
            "Month and day in other years.",
            example="02-28",
            unit="month_day",
            only=("birthday",),
            rare=True,
        ),
        "friend_points": Word(
            "Points of the friend",
            "What the friend gets with the first ticket.",
            example="20",
            unit="points",
            only=("referral",),
        ),
        "fields": Word(
            "Fields to be filled in",
            "All of them have to be filled in.",
            offers="profile",
            only=("profile",),
        ),
    },
    clauses=(
        Clause("“{name}”: {points} with the first purchase.", "when=first_purchase"),
        Clause("“{name}”: {points} once a year around the birthday.", "when=birthday"),
        Clause("“{name}”: {points} for a friend who was brought.", "when=referral"),
        Clause(
            "“{name}”: {points} with the next ticket once these are filled in: {fields}.",
            "when=profile",
        ),
        Clause("The ticket costs {minimum} at least.", "minimum"),
        Clause(
            "It counts from {days_before} before to {days_after} after the day.", "when=birthday"
        ),
        Clause("Who was born on 29 February has it on {leap} in other years.", "when=birthday"),
        Clause("The friend gets {friend_points}.", "friend_points"),
    ),
)


EVENT = Section(
    name="event",
    title="Points for what members do beside buying",
    one="Event",
    named_by="name",
    words={
        "code": Word("Code", "How tills and other programs tell it; small letters.", example="bag"),
        "name": Word("Name", "It stands in the member’s statement.", example="Sac rapporté"),
        "points": Word("Points", "What it brings each time.", example="5", unit="points"),
        "limit": Word("How often at most", "0 for as often as they like.", example="1"),
        "per": Word(
            "Within",
            "The time in which it is counted.",
            choices={"day": "a day", "month": "a month", "year": "a year", "ever": "all time"},
        ),
    },
    clauses=(
        Clause("“{name}” ({code}) brings {points} each time.", "!limit"),
        Clause("“{name}” ({code}) brings {points}, at most {limit} × within {per}.", "limit"),
    ),
)
