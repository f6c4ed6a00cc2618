"""Căn cứ học kì I ở bộ kết nối: years of pupils who moved rest on the semesters that transfers brought to this runner.

A system cannot say on which other school's document a year rests; the runner holds that document, and names it.
"""

from hub.client.received import Received, read_received, rested
from hub.connect.codec import content_of
from hub.connect.run import Run
from hub.connect.store import Row
from hub.domain import Finding, Transcript

__all__ = ["on_received", "received_here"]


def received_here(run: Run) -> Received:
    """Return the semester documents in the received histories of this runner's schools. Raises as `read_received`."""
    folder = run.folder / "transfers"
    return read_received([folder]) if folder.is_dir() else {}


def on_received(
    transcript: Transcript, found: tuple[Finding, ...], current: Row | None, received: Received
) -> tuple[Transcript, tuple[Finding, ...]]:
    """Return a year on the semester that came with its pupil, with what was taken from there beside what was `found`.

    What is locked as the system says it (`current`) is not made another document afterwards.
    """
    taken, told = rested(transcript, received) if received else (transcript, ())
    stands = (
        current is not None and current["state"] == "locked" and current["content_sha256"] == content_of(transcript)
    )
    return (transcript, found) if stands or not told else (taken, (*found, *told))
