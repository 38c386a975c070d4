"""The commands, each loaded when it is called: a daemon must start within two seconds."""

import os
import sys
from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType

import click

from pos_loyalty.errors import LoyaltyError
from pos_loyalty.texts import DEFAULT_LOCALE, LOCALES, explain

COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "run": "daemons",
        "hub": "hub",
        "demo": "demo",
        "check-config": "checks",
        "check-programme": "exploits",
        "devices": "checks",
        "doctor": "doctor",
        "import": "imports",
        "rebuild": "stores",
        "verify": "stores",
        "parked": "parked",
        "staff": "staff",
        "members": "members",
        "flags": "members",
        "programmes": "programmes",
        "backtest": "backtest",
        "shadow": "shadow",
        "statement": "statement",
        "liability": "liability",
        "exposure": "exposure",
        "vouchers": "vouchers",
        "voucher-batches": "voucher_batches",
        "backup": "stores",
        "restore": "stores",
    }
)
"""Each command and the module of this package that holds it."""


def language() -> str:
    """Give the language of messages: POS_LOYALTY_LANGUAGE, French where it is not set."""
    asked = os.environ.get("POS_LOYALTY_LANGUAGE", DEFAULT_LOCALE)
    return asked if asked in LOCALES else DEFAULT_LOCALE


class LazyGroup(click.Group):
    """Imports a command's module when the command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Give the names, in the order of a shop's life."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Give a command, or nothing for an unknown name."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"pos_loyalty.cli.{COMMANDS[cmd_name]}")
        command: click.Command = getattr(module, cmd_name.replace("-", "_") + "_command")
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="pos-loyalty")
def cli() -> None:
    """A loyalty module that stands beside any till."""


def main() -> None:
    """Run the command line; a refusal is one sentence on standard error, and exit code 1."""
    os.umask(0o077)  # databases and backups hold personal data: their owner's only
    try:
        cli(standalone_mode=False)
    except LoyaltyError as error:
        for line in told(error):
            click.echo(line, err=True)
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(130)


def told(error: LoyaltyError) -> list[str]:
    """Give the lines that tell a refusal, and every fault it carries."""
    faults = getattr(error, "faults", ())
    faults_told = [each.sentence(language()) for each in faults if hasattr(each, "sentence")]
    return [f"{error.reason.code}: {explain(error, language())}", *faults_told]
