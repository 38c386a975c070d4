"""What a register in the middle of its day lends to the panel's system pages."""

from web.house import BackupView, DeviceView, House, LinkView, ScanView, SettingView

NOW_MS = 1_795_000_000_000


def device(name: str, category: str, problem: str = "") -> DeviceView:
    return DeviceView(
        name=name,
        category=category,
        driver="example",
        place="/dev/ttyACM0",
        ready=not problem,
        state="closed" if problem else "enabled",
        problem=problem,
        since_s=40,
        read_s=None if category == "printer" else 12,
        reads=120,
        refused=3,
        losses=1,
    )


def lively_house() -> House:
    """Give a house with a broken printer, a silent head office, and something of everything."""
    return House(
        devices=lambda: (
            device("hand", "scanner"),
            device("roll", "printer", "The device is gone: plug it in again."),
        ),
        scans=lambda: (
            ScanView(at_ms=NOW_MS, device="hand", symbology="ean-13", masked="•••••••••0019"),
        ),
        print_test=lambda text: True,
        show_text=lambda text: True,
        link=lambda: LinkView(
            url="https://head.example",
            state="offline",
            since_ms=NOW_MS - 3_600_000,
            unsent=42,
            refused=1,
            ahead_ms=1_500,
            clock_wrong=False,
            problem="HUB_UNREACHABLE",
        ),
        backups=lambda: (
            BackupView(file="/srv/data/backups/till-1.db", at_ms=NOW_MS, size=7_340_032),
        ),
        backup=lambda: "/srv/data/backups/till-1.db",
        settings=lambda: (
            SettingView(section="api", key="host", value='"127.0.0.1"', line=12),
            SettingView(section="node", key="locale", value='"fr"', line=0, level=""),
            SettingView(
                section="mail",
                key="port",
                value="465",
                line=3,
                level="store",
                file="paris-1.toml",
                instead=(("company", "587"),),
            ),
        ),
        settings_file="/srv/register.toml",
        free_bytes=lambda: 100 << 20,
    )
