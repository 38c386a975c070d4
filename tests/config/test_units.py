"""The systemd units: restarted for ever, watched, and able to do no more than they need."""

from pathlib import Path

import pytest

from tests.config.conftest import EXAMPLES

UNITS = ["pos-loyalty.service", "pos-loyalty-hub.service"]
PROMISES = {
    "Type": "notify",
    "Restart": "always",
    "WatchdogSec": "30",
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "UMask": "0077",
    "CapabilityBoundingSet": "",
    "StartLimitIntervalSec": "0",
}


def settings(path: Path) -> dict[str, str]:
    lines = [line for line in path.read_text().splitlines() if "=" in line and line[0] != "#"]
    return {key: value for key, _, value in (line.partition("=") for line in lines)}


@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_is_watched_restarted_and_confined(unit: str) -> None:
    said = settings(EXAMPLES / unit)
    assert {key: said.get(key) for key in PROMISES} == PROMISES


@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_checks_the_settings_that_it_starts_with(unit: str) -> None:
    said = settings(EXAMPLES / unit)
    assert said["ExecStartPre"].split()[1] == "check-config"
    assert said["ExecStartPre"].split()[-1] == said["ExecStart"].split()[-1]


@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_keeps_its_data_where_the_example_settings_say(unit: str) -> None:
    role = "hub" if "hub" in unit else "register"
    example = (EXAMPLES / f"{role}.example.toml").read_text()
    folder = "/var/lib/" + settings(EXAMPLES / unit)["StateDirectory"]
    assert f'data_directory = "{folder}"' in example


def test_a_register_may_use_its_devices_and_a_hub_has_none() -> None:
    assert "DevicePolicy=closed" in (EXAMPLES / "pos-loyalty.service").read_text()
    assert settings(EXAMPLES / "pos-loyalty-hub.service")["PrivateDevices"] == "yes"
