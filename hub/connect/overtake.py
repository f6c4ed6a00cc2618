"""Overtake: a newer version came while the older one waits for signatures; its batch is made again without it.

Signatures of documents that stay are not lost: they are by document, and the new batch takes them from the old folder,
which stays beside it under another name. While somebody signs (a signature younger than a minute) the batch is left.
"""

from pathlib import Path

from hub.connect.naming import OVERTAKEN
from hub.connect.run import Run
from hub.connect.store import Row

__all__ = ["overtake", "take_apart"]

_QUIET_S = 60.0


def overtake(run: Run) -> bool:
    """Take apart the batches whose records came again, as far as nobody is signing them."""
    done = False
    for batch in run.store.all("overtaken_batches"):
        folder = run.batches / batch["folder"]
        if not _quiet(run, folder):
            continue
        with run.store.transaction():
            run.store.do("overtake_in_batch", batch_id=batch["batch_id"])
            take_apart(run, batch)
        done = True
    for batch in run.store.all("batches_in", state="overtaken") if done or run.is_due("overtaken", _QUIET_S) else ():
        _put_aside(run, batch)
    return done


def take_apart(run: Run, batch: Row) -> None:
    """Have the records of a batch gathered again, into another one. Inside a transaction."""
    run.store.do("take_out_of_batch", batch_id=batch["batch_id"])
    run.store.do("set_batch_state", batch_id=batch["batch_id"], state="overtaken")
    run.store.do("forget_notices_of", path=batch["folder"])


def _quiet(run: Run, folder: Path) -> bool:
    """Tell whether nobody signs; a time that lies ahead is of a clock that is wrong, and says nothing."""
    now = run.now().timestamp()
    return all(abs(now - path.stat().st_mtime) > _QUIET_S for path in (folder / "signatures").glob("*.jws"))


def _put_aside(run: Run, batch: Row) -> None:
    """Give the folder another name; one whose documents came back, and were overtaken again, has several."""
    folder = run.batches / batch["folder"]
    if folder.is_dir():
        before = len(list(run.batches.glob(f"{folder.name}*{OVERTAKEN}")))
        folder.rename(folder.with_name(f"{folder.name}{f'.{before}' if before else ''}{OVERTAKEN}"))
