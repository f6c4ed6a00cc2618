"""Which answers of the group at work a system has: kept on the disk, so that one that is asked slowly gets each once.

A group of more answers than a system takes in a minute is written in several goes; without this each go, and each
process, would begin again with the first.
"""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

__all__ = ["GroupAtWork"]

_FILE = "group-at-work"
_ENDS = "\n"


class GroupAtWork:
    """Answers by their ids (SHA-256, hex), in one file of the connector's private `folder`.

    A note that is lost only means that the same bytes are written once more: nothing here is synced, and a disk that
    takes no note stops no answer.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / _FILE
        self._noted: set[str] | None = None

    def left(self, answer_ids: Iterable[str]) -> list[str]:
        """Return what of a group is still to be written; notes of another group are forgotten."""
        wanted = list(answer_ids)
        before = self._noted
        noted = (self._read() if before is None else before) & set(wanted)
        if noted != before:
            self._write_anew(noted)
        self._noted = noted
        return [one for one in wanted if one not in noted]

    def note(self, answer_id: str) -> None:
        """Note that the system confirmed an answer."""
        self._noted = {*(self._noted or ()), answer_id}
        self._keep(f"{answer_id}{_ENDS}", "a")

    def done(self) -> None:
        """Forget the group: when it is wanted again, it is written again."""
        self._noted = set()
        self._write_anew(self._noted)

    def _read(self) -> set[str]:
        try:
            lines = self._path.read_text(encoding="ascii").splitlines(keepends=True)
        except (OSError, UnicodeDecodeError):
            return set()
        return {line.removesuffix(_ENDS) for line in lines if line.endswith(_ENDS)}  # a kill may have cut the last one

    def _write_anew(self, noted: set[str]) -> None:
        """Keep these lines and no other, nor the rest of one that was cut."""
        if noted:
            self._keep("".join(f"{one}{_ENDS}" for one in sorted(noted)), "w")
        else:
            with suppress(OSError):
                self._path.unlink()

    def _keep(self, text: str, mode: str) -> None:
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with self._path.open(mode, encoding="ascii") as file:
                file.write(text)
