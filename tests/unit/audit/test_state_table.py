"""The oracle's own table of states beside the hub's: written twice, and the same."""

from hub.audit.checks.states import _ARROWS
from hub.domain.lifecycle import MACHINES, START


def test_oracle_knows_every_machine_and_step_of_the_hub() -> None:
    """Else every audit of every database would find it broken, and only a whole run would tell."""
    steps = {(t.machine.value, t.state, t.next_state) for rows in MACHINES.values() for t in rows if t.state != START}
    assert steps == _ARROWS
