"""Tiers, what they give, and whom a programme is for."""

from pos_loyalty.telling.words import Clause, Section, Word

TIERS = Section(
    name="tiers",
    kind="review",
    title="How tiers are reached and kept",
    words={
        "months": Word(
            "Months that are looked at",
            "What was spent within so many months decides the tier.",
            example="12",
            unit="months",
        ),
        "upgrade": Word(
            "A tier that a ticket reaches counts",
            "From when on the better tier multiplies points.",
            choices={
                "next": "from the next ticket",
                "whole": "for this whole ticket",
                "split": "for what lies above the threshold",
            },
        ),
        "review": Word(
            "When a tier ends",
            "At once when the spend no longer reaches it, or at a review.",
            choices={
                "rolling": "as soon as the spend no longer reaches it",
                "yearly": "at a review once a year",
                "anniversary": "so many months after it was reached",
            },
        ),
        "review_day": Word(
            "Day of the review",
            "Month and day, for a review once a year.",
            example="12-31",
            unit="month_day",
            only=("yearly",),
        ),
        "grace_days": Word(
            "Days of grace",
            "A purchase within them still saves the tier.",
            example="30",
            unit="days",
            only=("yearly", "anniversary"),
        ),
        "downgrade": Word(
            "After a review that was missed",
            "Where the member goes.",
            choices={"spend": "to the tier that the spend reaches", "one_step": "one tier down"},
            only=("yearly", "anniversary"),
        ),
    },
    clauses=(
        Clause("What was spent within {months} decides the tier."),
        Clause("A tier that a ticket reaches counts {upgrade}."),
        Clause("A tier ends {review}."),
        Clause("The review is on {review_day}.", "review=yearly"),
        Clause("A purchase within {grace_days} after it still saves the tier.", "grace_days"),
        Clause("Who misses the review goes {downgrade}.", "review!=rolling"),
    ),
)


TIER = Section(
    name="tier",
    title="Tiers",
    one="Tier",
    named_by="name",
    words={
        "name": Word("Name", "What customers read.", example="Argent"),
        "threshold": Word(
            "From a spend of",
            "The first tier begins at 0, and each is higher than the one before.",
            example="500,00",
            unit="money",
        ),
        "percent": Word(
            "Percent of the points",
            "100 is as without a tier, 125 a quarter more.",
            example="125",
            unit="percent",
        ),
    },
    clauses=(
        Clause("{name}: from the beginning, {percent} of the points.", "!threshold"),
        Clause("{name}: from {threshold} spent, {percent} of the points.", "threshold"),
    ),
)


RIGHT = Section(
    name="right",
    title="Rights of a tier",
    one="Right",
    named_by="name",
    words={
        "name": Word("Name", "What the till shows.", example="Retouche offerte"),
        "tier": Word("From this tier on", "Higher tiers have it, too.", offers="tiers"),
        "count": Word("How often", "0 for as often as they like.", example="2"),
        "per": Word(
            "Each",
            "The calendar period in which uses are counted.",
            choices={"month": "month", "quarter": "quarter", "year": "year"},
        ),
    },
    clauses=(
        Clause("From {tier} on: “{name}”, as often as they like.", "!count"),
        Clause("From {tier} on: “{name}”, {count} × each {per}.", "count"),
    ),
)


SEGMENT = Section(
    name="segment",
    title="Whom the programme is for",
    words={
        "tiers": Word(
            "Members of these tiers",
            "Tiers of the main programme, with a comma between.",
            example="Argent, Or",
        ),
        "stores": Word(
            "Who enrolled at these stores",
            "Codes of stores, with a comma between.",
            example="paris-1",
        ),
        "joined_months": Word(
            "Members for at least",
            "Months since they enrolled; 0 for any.",
            example="6",
            unit="months",
        ),
        "age_from": Word(
            "From the age of",
            "Years, by the date of birth in the profile; 0 for any.",
            example="18",
        ),
        "age_until": Word("Up to the age of", "Years, this one included; 0 for any.", example="25"),
        "birthday_month": Word(
            "Only in the month of their birthday", "By the date of birth in the profile."
        ),
        "consents": Word(
            "Who allow each of these",
            "A purpose and a channel, with a comma between two.",
            example="marketing/email",
        ),
        "spend": Word(
            "Who spent at least",
            "Of what counts for tiers, in the months below.",
            example="100,00",
            unit="money",
        ),
        "visits": Word(
            "Who came on at least so many days", "In the months below; 0 for any.", example="5"
        ),
        "months": Word(
            "Months that are looked at",
            "For spend, visits and goods, before the ticket.",
            example="12",
            unit="months",
        ),
        "articles": Word(
            "Who bought one of these articles",
            "Codes or GTINs, with a comma between. Empty: any.",
            example="3250390000891",
        ),
        "categories": Word(
            "Who bought of these categories",
            "As your article file calls them, with a comma between. Empty: any.",
            example="fromage, vin",
        ),
        "flags": Word(
            "Who bought articles with these labels",
            "Labels of your article file, with a comma between. Empty: any.",
            example="bio",
        ),
        "goods_spend": Word(
            "Spent on these goods at least",
            "In the months above; 0 for any amount.",
            example="30,00",
            unit="money",
        ),
        "goods_visits": Word(
            "Bought these goods on at least so many days",
            "In the months above. With 0 and no amount: once.",
            example="3",
        ),
    },
    clauses=(
        Clause("It is for members of {tiers}.", "tiers"),
        Clause("It is for who enrolled at {stores}.", "stores"),
        Clause("Members for {joined_months} at least.", "joined_months"),
        Clause("Aged {age_from} or more.", "age_from"),
        Clause("Aged {age_until} or less.", "age_until"),
        Clause("In the month of their birthday.", "birthday_month"),
        Clause("Who allow {consents}.", "consents"),
        Clause("Who spent {spend} at least.", "spend"),
        Clause("Who came on {visits} days at least.", "visits"),
        Clause("Purchases of the {months} before a ticket count.", "spend"),
        Clause("Purchases of the {months} before a ticket count.", "visits", "!spend"),
        Clause("Who bought {scope} in the {months} before a ticket.", "scope"),
        Clause("Who spent {goods_spend} on these goods at least.", "goods_spend"),
        Clause("Who bought these goods on {goods_visits} days at least.", "goods_visits"),
    ),
)
