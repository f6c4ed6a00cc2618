"""What a system cannot say of documents that are written into it stands in the loss report, as on the way in."""

from collections.abc import Sequence

from hub.connect.codec import known_as
from hub.connect.run import Run
from hub.connectors.sdk import Loss, Manifest
from hub.domain import Transcript

__all__ = ["count_written", "lost_in"]


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


def _is_declared(manifest: Manifest, document: Transcript, loss: Loss) -> bool:
    """Tell whether the manifest says so: by the path or one above it, or by the kind of document."""
    if document.grade not in manifest.grades:
        return True
    if {document.regulation, document.period, f"grade {document.grade}"} & set(manifest.cannot_express):
        return True
    outwards = [one.path for one in manifest.loss if one.direction == "out"]
    known = [*outwards, *(f"$.{name}" for name in manifest.cannot_express)]
    return any(loss.path == at or loss.path.startswith((f"{at}.", f"{at}[")) for at in known)
