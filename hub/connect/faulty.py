"""Faulty: a batch that cannot be sent as it stands is told to people here; one that a system signed is answered too."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hub.client import Batch, missing_roles
from hub.client.durable import is_of_the_machine
from hub.connect.answering import not_sent
from hub.connect.run import Run
from hub.connect.store import Row
from hub.domain import finding
from hub.errors import Refused, Unavailable

__all__ = ["STALE", "forget_faults", "lacking", "reading", "tell_fault"]

STALE = "CONNECTOR_COMMAND_STALE"
_WAITS_FOR_PERSONS = (STALE, "BATCH_NOT_SIGNED")
_SUBMISSIONS = "school_seal --submissions"


def tell_fault(run: Run, row: Row, refused: Refused) -> None:
    """Note why a batch is not sent; answer it, once, when a system signed it. Inside a transaction."""
    facts = {"folder": row["folder"]} | dict(refused.facts)
    known = (refused.code, row["folder"]) in {(one["code"], one["path"]) for one in run.store.all("notices")}
    severity = "warn" if refused.code in _WAITS_FOR_PERSONS else "refuse"
    forget_faults(run, row)
    run.notice(refused.code, row["folder"], facts, severity)
    if row["native"] and not known:
        records = run.store.all("records_of_batch", batch_id=row["batch_id"])
        found = (finding(refused.code, facts=facts),)
        not_sent(run, [(record, found) for record in records if record["state"] in ("ready", "batched")])


def forget_faults(run: Run, row: Row) -> None:
    """Take back what was told of a batch, but that its submissions have to be signed again."""
    for one in run.store.all("notices"):
        if one["path"] == row["folder"] and one["code"] != STALE:
            run.store.do("forget_notice", code=one["code"], path=one["path"])


def lacking(row: Row, batch: Batch) -> Refused:
    """Return what a batch that came signed lacks: signatures, or submissions of these very documents."""
    for role, count in missing_roles(batch).items():
        return Refused("BATCH_NOT_SIGNED", {"role": role, "count": str(count)})
    if next(batch.commands.glob("*.jws"), None) is not None:
        return Refused("BATCH_DAMAGED", {"file": "commands"})
    if next(batch.commands.glob("old/*.jws"), None) is not None:
        return Refused(STALE, {"folder": row["folder"]})
    return Refused("BATCH_NOT_SIGNED", {"role": _SUBMISSIONS, "count": str(len(batch.documents))})


@contextmanager
def reading() -> Iterator[None]:
    """Take what a file does for damage of its batch, what our own disk does for something that is tried again.

    Raises Refused BATCH_DAMAGED, Unavailable CONNECTOR_STATE_UNAVAILABLE.
    """
    try:
        yield
    except OSError as error:
        if not is_of_the_machine(error):
            raise Refused("BATCH_DAMAGED", {"file": Path(error.filename or "").name}) from error
        raise Unavailable("CONNECTOR_STATE_UNAVAILABLE", {"reason": type(error).__name__}) from error
