"""Write transcripts one a line, each as its canonical bytes."""

from collections.abc import Iterable
from pathlib import Path

from hub.domain.reading import canonical
from hub.domain.transcript import Transcript

__all__ = ["write_jsonl"]


def write_jsonl(path: Path, transcripts: Iterable[Transcript]) -> int:
    """Write the transcripts as they come, holding one at a time; returns how many."""
    count = 0
    with path.open("wb") as stream:
        for transcript in transcripts:
            stream.write(canonical(transcript) + b"\n")
            count += 1
    return count
