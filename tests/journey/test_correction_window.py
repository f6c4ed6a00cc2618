"""The end of a window of several pupils on real servers: whoever still waits is told, also who waits again later."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.journey.correcting import Correcting, corrected
from tests.journey.world import World, eventually

SO = "ha-noi"
_CLOSED = (
    "SELECT count(DISTINCT s.message_sha256) FROM correction_step s JOIN inbox i USING (message_sha256) "
    "WHERE s.correction_id = %s AND s.event = 'expire' AND i.kind = 'WindowClosed'"
)


@pytest.mark.long
def test_version_recalled_behind_its_window_leaves_no_correction_open(world: World) -> None:
    """One pupil was never handed in, the other was and is recalled when the window is over: both end as expired."""
    locked = world.lock_in(world.school(SO), 2)
    correction, _ = Correcting.request(world, locked)
    name = correction.opened((datetime.now(UTC) + timedelta(seconds=8)).replace(microsecond=0))
    new = world.signed(corrected(locked.transcripts[0], locked.documents[0]))
    assert world.ask(world.submission(locked.school, [new], name))[0].outcome == "accepted"
    eventually("the window to close", lambda: correction.states == ["resubmitted", "expired"])
    assert world.ask(world.recall(locked.school, new.sha256, name))[0].outcome == "accepted"
    eventually("the window to close again", lambda: correction.states == ["expired", "expired"])
    row = world.database(SO).execute(_CLOSED, (correction.asked.statement.command_id,)).fetchone()
    assert row == (2,)
    _, anew = Correcting.request(world, locked)
    assert anew.outcome == "accepted"
