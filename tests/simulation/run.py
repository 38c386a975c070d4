"""One run of the simulation, and what to tell of it."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from pos_loyalty.logging import configure
from tests.simulation.world import World

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What came of a run: `fault` is empty where all was well."""

    seed: int
    steps: int
    fault: str = ""
    trace: tuple[str, ...] = ()
    digest: str = ""
    facts: int = 0

    def text(self) -> str:
        if not self.fault:
            whole = f"{self.facts} facts, digest {self.digest[:16]}"
            return f"seed {self.seed}: {self.steps} steps, {whole}, all is well"
        steps = "\n".join(self.trace)
        return f"{steps}\nseed {self.seed}, step {self.steps}: {self.fault}"


def run(seed: int, steps: int, *, seconds: float = float("inf")) -> Report:
    """Run so many steps, or until the time is over; then heal and judge."""
    configure(level="error")
    until = monotonic() + seconds
    memory = "/dev/shm" if Path("/dev/shm").is_dir() else None  # else every commit waits for a disk
    with TemporaryDirectory(prefix="pos-loyalty-simulation-", dir=memory) as folder:
        world = World(seed, Path(folder))
        try:
            while world.steps < steps and monotonic() < until:
                world.step()
            world.heal()
            world.judge()
        except Exception as error:  # noqa: BLE001 - whatever broke, the seed must be told
            fault = f"{type(error).__name__}: {error}"
            return Report(seed=seed, steps=world.steps, fault=fault, trace=tuple(world.trace))
        else:
            return Report(
                seed=seed,
                steps=world.steps,
                digest=world.digest(),
                facts=len(world.book.promises),
            )
        finally:
            world.close()
