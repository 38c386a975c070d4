"""`demo`: a register and a hub with virtual peers, to try by hand or to check by itself."""

import signal
import sys
import threading

import click

from pos_loyalty.cli.group import language

try:
    from pos_loyalty.demo.check import Walk
    from pos_loyalty.demo.history import bring, open_second_shop
    from pos_loyalty.demo.stage import Stage
    from pos_loyalty.demo.talk import Talk
    from pos_loyalty.demo.world import DemoError, World
except ModuleNotFoundError as error:
    raise click.ClickException(f"the demo needs pos-loyalty[demo,hub]: {error}") from error

LINKS = ("scanner", "printer", "mail", "hub")


@click.command("demo")
@click.option("--check", is_flag=True, help="Walk the main job without a person, then end.")
@click.option(
    "--cut",
    type=click.Choice(LINKS),
    help="With --check: cut this link first, to see its step fail.",
)
def demo_command(check: bool, cut: str | None) -> None:
    """Start a register and a hub on virtual devices; keep running, or check and end."""
    world = World()
    try:
        world.start()
        if check:
            sys.exit(0 if checked(world, cut) else 1)
        keep_running(world)
    except DemoError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    finally:
        world.stop()


def checked(world: World, cut: str | None) -> bool:
    """Walk the main job, a line for each step; tell whether all was as it should be."""
    if cut is not None:
        world.cut(cut)
    good = True
    for seen in Walk(world).run():
        good = seen.ok
        mark = "ok  " if seen.ok else "FAIL"
        click.echo(f"{mark} {seen.name:8} {seen.what} ({seen.seconds:.1f} s)")
    click.echo("demo: all steps seen" if good else "demo: stopped at the first step not seen")
    return good


def keep_running(world: World) -> None:
    """Answer lines from a person until `quit`, the end of input, or a signal."""
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    stage = Stage(world, language())
    stage.start()
    talk = Talk(world, stage.url, language())
    click.echo(talk.introduction())
    threading.Thread(target=_converse, args=(talk, told), daemon=True).start()
    open_second_shop(world)
    click.echo(bring(world))
    told.wait()
    stage.stop()


def _converse(talk: Talk, told: threading.Event) -> None:
    for line in sys.stdin:
        if line.strip() == "quit":
            told.set()
            return
        if line.strip():
            click.echo(talk.answer(line))
    if sys.stdin.isatty():
        told.set()
