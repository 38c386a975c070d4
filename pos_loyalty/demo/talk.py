"""The running demo, talked to by a person: scan a card, look at the paper, cut the network."""

from collections.abc import Callable

from pos_loyalty.demo.paper import receipts, written
from pos_loyalty.demo.world import CARDS, World
from pos_loyalty.texts import translate

_INTRODUCTION = """\
Open this page, everything is on it: {page}

The register answers at {api}
Its token is in {token_file}. A first question:
  curl -s -H "Authorization: Bearer $(cat {token_file})" {api}/health
Cards: {cards}. HQ keeps its facts in {database}.
Type: scan [CARD], paper, mails, cut, heal, help, quit."""


class Talk:
    """Answers lines that a person types; `page` is where the demo can be seen."""

    def __init__(self, world: World, page: str, language: str) -> None:
        self._world = world
        self._page = page
        self._language = language
        self._words: dict[str, Callable[[str], str]] = {
            "scan": self._scan,
            "paper": self._paper,
            "mails": self._mails,
            "cut": self._cut,
            "heal": self._heal,
            "help": lambda rest: self.introduction(),
        }

    def introduction(self) -> str:
        """Say where the demo's page is, and how to talk to the demo here."""
        return self._say(
            _INTRODUCTION,
            page=self._page,
            api=self._world.api,
            token_file=str(self._world.secrets / "api.token"),
            cards=", ".join(CARDS),
            database=self._world.database,
        )

    def answer(self, line: str) -> str:
        """Do what a line asks and say what was seen; an unknown word gets the introduction."""
        word, _, rest = line.strip().partition(" ")
        return self._words.get(word, self._words["help"])(rest.strip())

    def _scan(self, card: str) -> str:
        self._world.scanner.scan(card or CARDS[0])
        return self._say("Scanned.")

    def _paper(self, rest: str) -> str:
        shown = "\n\n".join(written(each) for each in receipts(self._world.printer.paper()))
        return shown or self._say("Nothing was printed yet.")

    def _mails(self, rest: str) -> str:
        mails = self._world.mail.mails()
        return "\n".join(str(mail["Subject"]) for mail in mails) or self._say("No mail yet.")

    def _cut(self, rest: str) -> str:
        self._world.network.cut()
        return self._say("The network between register and HQ is cut.")

    def _heal(self, rest: str) -> str:
        self._world.network.heal()
        return self._say("The network is back.")

    def _say(self, sentence: str, **values: str) -> str:
        return translate(sentence, self._language, **values)
