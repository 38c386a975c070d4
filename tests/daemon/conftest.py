"""A register daemon in this process, on real transports, without a hub."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from pos_loyalty.clock import SystemClock
from pos_loyalty.config import RegisterConfig, load_register
from pos_loyalty.daemon.register import Register
from pos_loyalty.demo.client import Client
from pos_loyalty.demo.peers import MailServer, PaperPrinter, WiredScanner, free_port

SETTINGS = """
[node]
role = "register"
name = "till-1"
data_directory = "{folder}/data"
[store]
company = "maison"
region = "idf"
store = "paris-1"
tills = ["1"]
trade_name = "La Maison du Livre"
legal_name = "Maison du Livre SARL"
address = ["12 rue des Écoles"]
[cards]
prefixes = ["2990"]
key_file = "cards.key"
key_id = "k1"
[watch]
card_uses_max = 0
[[devices]]
name = "scanner"
category = "scanner"
driver = "serial-scanner"
options = {{ port = "{scanner}" }}
[[devices]]
name = "printer"
category = "printer"
driver = "tcp-printer"
options = {{ host = "127.0.0.1", port = {printer} }}
[[devices]]
name = "display"
category = "display"
driver = "virtual-display"
[mail]
host = "127.0.0.1"
port = {mail}
security = "none"
sender = "tickets@maison.example"
sender_name = "Maison"
[receipt]
default_choice = "{receipt}"
{qr_url}
[api]
port = {api}
token_file = "api.token"
[programme]
file = "programme.toml"
approved = "{approved}"
{shadow}
"""


@dataclass
class Till:
    """A register's folder, its peers, and the daemons opened on them."""

    folder: Path
    scanner: WiredScanner
    printer: PaperPrinter
    mail: MailServer
    port: int

    def config(
        self, *, receipt: str = "none", qr_url: str = "", approved: str = "", shadow: str = ""
    ) -> RegisterConfig:
        text = SETTINGS.format(
            folder=self.folder,
            scanner=self.scanner.port,
            printer=self.printer.port,
            mail=self.mail.port,
            api=self.port,
            receipt=receipt,
            approved=approved,
            shadow=f'[shadow]\nfile = "{shadow}"' if shadow else "",
            qr_url=f'qr_url = "{qr_url}"' if qr_url else "",
        )
        (self.folder / "register.toml").write_text(text)
        return load_register(self.folder / "register.toml")

    def register(self, *, training: bool = False, **settings: str) -> Register:
        return Register(self.config(**settings), SystemClock(), training=training)

    @property
    def client(self) -> Client:
        token = (self.folder / "api.token").read_text().split()[0]
        return Client(f"http://127.0.0.1:{self.port}/api/v1", token)


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    key = tmp_path / "cards.key"
    key.write_text(secrets.token_hex(32))
    key.chmod(0o600)
    example = Path(__file__).parents[2] / "config" / "programme.example.toml"
    (tmp_path / "programme.toml").write_text(example.read_text())
    opened = Till(tmp_path, WiredScanner(), PaperPrinter(), MailServer(), free_port())
    yield opened
    opened.mail.close()
    opened.printer.close()
    opened.scanner.close()
