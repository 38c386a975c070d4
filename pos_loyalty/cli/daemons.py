"""`run`: the register daemon in the foreground."""

import gc
from pathlib import Path

import click

from pos_loyalty.cli.paths import SETTINGS


@click.command("run")
@click.argument("settings", type=SETTINGS)
@click.option("--training", is_flag=True, help="Practice: a database of its own, seen by no hub.")
def run_command(settings: Path, training: bool) -> None:
    """Run the register of SETTINGS until it is told to stop."""
    gc.disable()  # what a start loads stays: `run_until_told` begins to look for garbage
    from pos_loyalty.clock import SystemClock
    from pos_loyalty.config import load_register
    from pos_loyalty.daemon.register import Register
    from pos_loyalty.daemon.running import run_until_told
    from pos_loyalty.logging import configure

    config = load_register(settings)
    configure(level=config.log.level, form=config.log.form)
    register = Register(config, SystemClock(), training=training, settings_file=settings)
    run_until_told(register)
