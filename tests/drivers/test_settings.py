"""Device tables: every fault at once, each with its key, and documentation for every driver."""

import re
from dataclasses import MISSING, fields
from pathlib import Path

import pytest

from drivers.catalogue import CATALOGUE, KNOWN_MODELS, known_model
from drivers.settings import SerialScannerOptions, TcpPrinterOptions
from drivers.tables import SettingsInvalid, device_settings

DOCS = Path(__file__).parents[2] / "docs" / "devices.md"
RULES = Path(__file__).parents[2] / "config" / "99-pos-loyalty.rules"


def table(*, driver: str, **options: object) -> dict[str, object]:
    return {"name": "a", "driver": driver, "options": options}


def faults(*tables: dict[str, object]) -> dict[str, tuple[str | None, str]]:
    with pytest.raises(SettingsInvalid) as caught:
        device_settings(tables)
    return {f.key: (f.found, f.expected.format(**f.values)) for f in caught.value.faults}


class TestTables:
    def test_a_table_with_only_what_is_needed_gets_the_defaults(self) -> None:
        (scanner,) = device_settings([table(driver="serial-scanner", port="p")])
        assert scanner.options == SerialScannerOptions(port="p")
        assert scanner.category == "scanner"

    def test_numbers_may_be_whole_where_fractions_are_allowed(self) -> None:
        (printer,) = device_settings([table(driver="tcp-printer", host="h", confirm_timeout_s=3)])
        assert isinstance(printer.options, TcpPrinterOptions)
        assert printer.options.confirm_timeout_s == 3

    def test_all_faults_of_all_tables_are_reported_together(self) -> None:
        found = faults(
            table(driver="serial-scanner", baudrate=3, spead=1),
            {**table(driver="hid-msr", usb="4660:1"), "category": "scanner"},
            {"driver": "typewriter", "port": "p"},
            {**table(driver="tcp-printer", host="h", port=True), "name": "c c"},
            {"name": "d", "driver": "tcp-printer", "options": "h"},
        )
        assert found.keys() == {
            "devices[0].options.baudrate",
            "devices[0].options.spead",
            "devices[0].options.port",
            "devices[1].name",
            "devices[1].options.usb",
            "devices[1].category",
            "devices[2].name",
            "devices[2].driver",
            "devices[2].port",
            "devices[3].name",
            "devices[3].options.port",
            "devices[4].options",
        }
        assert found["devices[0].options.port"] == (None, "a text")
        assert found["devices[1].options.usb"][1] == "VID:PID or VID:PID:SERIAL"
        assert "serial-scanner" in found["devices[2].driver"][1]

    @pytest.mark.parametrize("driver", sorted(CATALOGUE))
    def test_every_option_of_every_driver_refuses_another_type(self, driver: str) -> None:
        entry = CATALOGUE[driver]
        needed = {"port": "p", "host": "h", "usb": "04b8:0e15"}
        right = {f.name: needed[f.name] for f in fields(entry.options) if f.default is MISSING}
        (settings,) = device_settings([table(driver=driver, **right)])
        assert isinstance(settings.options, entry.options)
        for option in fields(entry.options):
            wrong = table(driver=driver, **{**right, option.name: ["?"]})
            assert faults(wrong).keys() == {f"devices[0].options.{option.name}"}


class TestDocumentation:
    @pytest.fixture
    def text(self) -> str:
        return DOCS.read_text(encoding="utf-8")

    @pytest.mark.parametrize("driver", sorted(CATALOGUE))
    def test_every_driver_has_its_section_its_example_and_its_card(
        self, text: str, driver: str
    ) -> None:
        found = re.search(rf"^### `{driver}`$(.*?)(?=^##|\Z)", text, re.M | re.S)
        assert found, f"{driver} has no section in docs/devices.md"
        assert f'driver = "{driver}"' in found[1]
        assert re.search(r"^Card: (bronze|silver|gold)", found[1], re.M)

    @pytest.mark.parametrize("driver", sorted(CATALOGUE))
    def test_every_option_is_documented(self, text: str, driver: str) -> None:
        for option in fields(CATALOGUE[driver].options):
            assert f"`{option.name}`" in text, f"{driver}: {option.name}"

    def test_every_example_is_a_right_table(self, text: str) -> None:
        import tomllib

        blocks = re.findall(r"^```toml\n(.*?)^```", text, re.M | re.S)
        shown = [t for block in blocks for t in tomllib.loads(block).get("devices", [])]
        assert {t["driver"] for t in shown} == set(CATALOGUE)
        for each in shown:
            device_settings([each])

    def test_the_rules_file_lets_the_service_reach_what_the_drivers_open(self) -> None:
        rules = [
            line
            for line in RULES.read_text(encoding="utf-8").splitlines()
            if line and not line.startswith("#")
        ]
        assert all(re.search(r'GROUP="[a-z-]+", MODE="0660"', line) for line in rules)
        for model in KNOWN_MODELS:
            vendor = model.usb.split(":")[0]
            assert any(f'ATTR{{idVendor}}=="{vendor}"' in line for line in rules), model.label


def test_known_models_are_told_by_their_numbers() -> None:
    model = known_model("0801:0002")
    assert model is not None and model.driver == "hid-msr"
    assert known_model("ffff:0001") is None
