"""What a system cannot say of documents that are written into it stands in the loss report, as on the way in."""

from collections.abc import Iterable, Sequence
from contextlib import suppress

from hub.connect.codec import known_as
from hub.connect.run import Run
from hub.connectors.sdk import Answer, Loss, Manifest
from hub.domain import Transcript, read

__all__ = ["count_told", "count_written", "lost_in"]


def lost_in(run: Run, documents: Sequence[Transcript]) -> list[tuple[Loss, ...]]:
    """Return what the connector's way back loses of each document, each loss once."""
    return [tuple(dict.fromkeys(run.connector.mapper.backward(document)[1])) for document in documents]


def count_written(run: Run, key: str, documents: Sequence[Transcript], lost: Sequence[Sequence[Loss]]) -> None:
    """Add the losses of an answer's documents to the loss report; `key` names the answer. Inside a transaction."""
    for document, losses in zip(documents, lost, strict=True):
        for loss in losses:
            run.store.do(
                "add_loss", mapping_version=run.connector.mapper.version, kind=loss.kind, direction=loss.direction,
                path=loss.path, declared=int(_is_declared(run.connector.manifest, document, loss)), first=known_as(key),
            )  # fmt: skip


def count_told(run: Run, answers: Iterable[Answer]) -> None:
    """Count what the system cannot say of the documents of answers that are not noted yet. Inside a transaction.

    A mapping that crashes on one is left for whoever writes it: it crashes there again, and is told.
    """
    for answer in answers:
        if run.store.first("answer_state", answer_id=answer.answer_id) is not None:
            continue
        documents = [t for text in answer.documents if (t := read(text.encode()).transcript) is not None]
        lost: Sequence[Sequence[Loss]] = [()] * len(documents)
        with suppress(Exception):
            lost = lost_in(run, documents)
        count_written(run, answer.answer_id, documents, lost)


def _is_declared(manifest: Manifest, document: Transcript, loss: Loss) -> bool:
    """Tell whether the manifest says so: by the path or one above it, or by the kind of document."""
    if document.grade not in manifest.grades:
        return True
    if {document.regulation, document.period, f"grade {document.grade}"} & set(manifest.cannot_express):
        return True
    outwards = [one.path for one in manifest.loss if one.direction == "out"]
    known = [*outwards, *(f"$.{name}" for name in manifest.cannot_express)]
    return any(loss.path == at or loss.path.startswith((f"{at}.", f"{at}[")) for at in known)
