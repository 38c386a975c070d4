"""Files of others that pages load: those that are noted, as they are noted, and no other."""

import hashlib
import tomllib

from tests.support.tree import ROOT

VENDOR = ROOT / "web" / "static" / "vendor"
PACKAGES = tomllib.loads((VENDOR / "vendor.toml").read_text())["package"]


def test_every_file_is_what_its_note_says() -> None:
    noted = {each["file"]: each["sha256"] for package in PACKAGES for each in package["files"]}
    found = {
        path.relative_to(VENDOR).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.rglob("*")
        if path.is_file() and path.name != "vendor.toml"
    }
    assert found == noted


def test_every_package_names_its_version_and_licence() -> None:
    for package in PACKAGES:
        assert all(package[key] for key in ("name", "version", "licence")), package["name"]
