"""Settings files that are right as they stand, with the secrets that they name."""

from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "config"
KEY = "5a" * 32
SECRETS = {"cards.key": KEY, "mail.password": "x", "database.password": "x"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder with both example files and their secrets, readable by us alone."""
    (tmp_path / "secrets").mkdir()
    for name, content in SECRETS.items():
        secret = tmp_path / "secrets" / name
        secret.write_text(content + "\n")
        secret.chmod(0o600)
    for example in EXAMPLES.glob("*.example.toml"):
        (tmp_path / example.name).write_bytes(example.read_bytes())
    return tmp_path


@pytest.fixture
def register_file(folder: Path) -> Path:
    return folder / "register.example.toml"


@pytest.fixture
def hub_file(folder: Path) -> Path:
    return folder / "hub.example.toml"
