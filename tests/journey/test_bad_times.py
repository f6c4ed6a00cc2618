"""What a false date or a changed row is worth on real servers: nothing."""

import os
import subprocess
import sys
from datetime import timedelta
from typing import Any

from hub.store import open_connection
from tests.journey.world import World

SO = "ha-noi"


def test_command_that_was_signed_days_ago_is_refused_and_accepted_when_signed_anew(world: World) -> None:
    """Its documents keep their signatures."""
    school, name = world.school(SO), world.round_of()
    document = world.signed(world.leaver(school))
    then = int((world.at - timedelta(days=2)).timestamp())
    old = _at(world, then, lambda: world.submission(school, [document], name))
    (answer,) = world.ask(old)
    assert (answer.outcome, set(answer.codes)) == ("refused", {"COMMAND_TOO_OLD"})
    (answer,) = world.ask(world.submission(school, [document], name))
    assert answer.outcome == "accepted"
    (answer,) = world.ask(_at(world, then, lambda: world.lock(school, [document.sha256], name)))
    assert (answer.outcome, set(answer.codes)) == ("refused", {"COMMAND_TOO_OLD"})


def test_look_up_shows_nothing_of_a_transcript_that_was_changed_in_the_database(world: World) -> None:
    """The owner of the database can change a row; `hub lookup` ends with 4 and says so, until the row is as it was."""
    made = world.lock_in(world.school(SO), 2)
    student = made.transcripts[0].student.student_code
    before = made.documents[0].document
    changed = before.replace(b'"gender":"', b'"gender" :"', 1)
    assert changed != before
    owner = open_connection(world.hub.servers.so_urls(SO).owner_url or "")
    try:
        assert _lookup(world, made.school.code, student).returncode == 0
        owner.execute("ALTER TABLE document DISABLE TRIGGER USER")
        for value, code in ((changed, 4), (before, 0)):
            owner.execute(
                "UPDATE document SET document = %s WHERE document_sha256 = %s",
                (value, bytes.fromhex(made.documents[0].sha256)),
            )
            shown = _lookup(world, made.school.code, student)
            assert shown.returncode == code, shown.stderr
            assert ("RECORD_CHANGED" in shown.stderr) == (code == 4)
    finally:
        owner.execute("ALTER TABLE document ENABLE TRIGGER USER")
        owner.close()


def _at(world: World, iat: int, make: Any) -> Any:
    """Make one command as if its signer's clock stood at `iat`."""
    real = type(world).iat
    type(world).iat = property(lambda _: iat)  # type: ignore[method-assign,assignment]
    try:
        return make()
    finally:
        type(world).iat = real  # type: ignore[method-assign]


def _lookup(world: World, school: str, student: str) -> subprocess.CompletedProcess[str]:
    command = ["lookup", "--school", school, "--student", student, "--so", SO, "--data", str(world.hub.data)]
    return subprocess.run(
        [sys.executable, "-m", "hub.cli", *command], capture_output=True, text=True, timeout=60, env=dict(os.environ),
        check=False,
    )  # fmt: skip
