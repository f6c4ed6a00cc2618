"""Play the province's system: class files that schools lay on an SFTP server, and our answers beside them."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from hub.connectors.answer_sheets import held_answers
from hub.connectors.bundles import PUPIL_LIST
from hub.connectors.khanh_hoa.simulated_files import SimulatedFiles
from hub.connectors.khanh_hoa.sink import ROOT
from hub.connectors.simulating import DropFolder, Faults, SftpServer
from hub.domain.transcript import Transcript

__all__ = ["SummarySystem", "simulator"]

_HOSTILE: Final = f"{ROOT}/56990001/2025-2026"
_KINDS: Final = {"tra-loi-": "receipt", "dinh-chinh-": "correction", "tiep-nhan-": "incoming_pupil"}


class SummarySystem:
    """A simulated system; `left_out` counts the transcripts that no template can say."""

    def __init__(self, transcripts: Iterable[Transcript], folder: Path, faults: Faults, port: int = 0) -> None:
        made = SimulatedFiles(transcripts, faults)
        self.left_out = made.left_out
        self._files = made.files
        self._server = SftpServer(folder, faults, port)
        self._folder = DropFolder(self._server.files, faults)
        self._hostile = faults.hostile

    async def start(self) -> Mapping[str, Any]:
        """Lay the files, serve, and return the settings for `connector.toml`."""
        self._folder.drop(self._files)
        self._folder.drop_hostile(_HOSTILE)
        if self._hostile and self._files:
            self._folder.drop({f"{_HOSTILE}/{PUPIL_LIST}": next(iter(self._files.values()))})
        return await self._server.start()

    async def stop(self) -> None:
        """End serving; the files stay."""
        await self._folder.stop()
        await self._server.stop()

    def answers(self) -> Sequence[Mapping[str, Any]]:
        """Return a row for each answer that lies there: kind, id, its files, and in how many it stands (`offered`)."""
        return held_answers(self._server.files, _KINDS)


def simulator(transcripts: Iterable[Transcript], folder: Path, faults: Faults, port: int = 0) -> SummarySystem:
    """Return the system on a port of loopback (0: any); its state is in `folder`."""
    return SummarySystem(transcripts, folder, faults, port)
