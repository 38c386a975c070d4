"""`check-config` and `devices`: is what I wrote right, and what is plugged in?"""

import tomllib
from pathlib import Path

import click

from pos_loyalty.cli.group import language
from pos_loyalty.cli.paths import SETTINGS
from pos_loyalty.config import RegisterConfig
from pos_loyalty.texts import translate


def say(sentence: str, **values: str | int) -> None:
    """Print a sentence in the reader's language."""
    click.echo(translate(sentence, language(), **values))


@click.command("check-config")
@click.argument("file", type=SETTINGS)
def check_config_command(file: Path) -> None:
    """Check the settings of a register or a hub, or a programme; tell every fault."""
    kind = kind_of(file)
    if kind == "programme":
        from pos_loyalty.daemon.wiring import programme_text
        from pos_loyalty.programmes.reading import read_programme

        programme = read_programme(programme_text(file, named_by=str(file)))
        say("The programme {name} is right; its version is {version}.", name=programme.name,
            version=programme.version)  # fmt: skip
        return
    from pos_loyalty.config import load_hub, load_register

    if kind == "hub":
        load_hub(file)
    else:
        check_register(load_register(file))
    say("The settings in {file} are right.", file=file.name)


def check_register(config: RegisterConfig) -> None:
    """Check what stands behind the settings: device options, the tokens, the programme's file."""
    from pos_loyalty.daemon.tokens import check_tokens
    from pos_loyalty.daemon.wiring import devices_of, programme_text
    from pos_loyalty.programmes.reading import read_programme

    devices_of(config)
    check_tokens(config.api.token_file)
    if config.programme is not None:
        read_programme(programme_text(config.programme.file))


def kind_of(file: Path) -> str:
    """Tell what a file describes from its own words; what cannot be read is told as settings."""
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError:
        return "register"
    except ValueError:
        return "programme" if "programme" in file.name else "register"
    if "programme" in document and "node" not in document:
        return "programme"
    node = document.get("node", {})
    return "hub" if isinstance(node, dict) and node.get("role") == "hub" else "register"


@click.command("devices")
@click.argument("settings", type=SETTINGS, required=False)
def devices_command(settings: Path | None) -> None:
    """List what is plugged in; with SETTINGS, also what is configured."""
    from drivers.discovery import plugged_in

    found = plugged_in()
    if not found:
        say("No serial port and no USB device was found.")
    for each in found:
        click.echo("  ".join(part for part in (each.identity, each.label, each.driver) if part))
        if each.advice:
            click.echo(f"    {each.advice}")
    if settings is not None:
        from drivers.supervisor import identity
        from pos_loyalty.config import load_register
        from pos_loyalty.daemon.wiring import devices_of

        say("Configured:")
        for device in devices_of(load_register(settings)):
            click.echo(f"  {device.name}  {device.driver}  {identity(device)}")
