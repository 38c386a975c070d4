"""Which version is in force, asked of both engines."""

from pos_loyalty import commands
from tests.cases.programmes import programme
from tests.support.shop import Till


def test_a_version_that_was_taken_back_does_not_come_in_force(till: Till) -> None:
    till.publish(programme())
    till.enrol()
    planned = programme("2030-01-01", earn={"points": 3})
    version = till.do(commands.PublishProgramme, content=planned).version
    till.do(commands.WithdrawProgramme, version=version)
    till.clock.pass_days(5_000)
    assert till.sell(10_00).earned == 10
    till.publish(planned)
    assert till.sell(10_00).earned == 30
