"""Play the province's system: lots of signed class files on an SFTP server, and our lots of answers beside them."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import fromstring

from hub.connectors.sdk import Raw
from hub.connectors.simulating import DropFolder, Faults, SftpServer
from hub.connectors.tien_giang import sink
from hub.connectors.tien_giang.class_files import PUPIL
from hub.connectors.tien_giang.connecting import connector
from hub.connectors.tien_giang.lot_faults import LotToSend, files_with, hostile_lots
from hub.connectors.tien_giang.simulated_lots import SignedFile, read_key
from hub.connectors.tien_giang.source import ROOT
from hub.domain.transcript import Transcript

__all__ = ["LotSystem", "simulator"]

CLASSES_OF_A_LOT: Final = 4
_CHANGED = "DanToc"  # by the fault `schema`
_HOSTILE: Final = f"{ROOT}/khac"


class LotSystem:
    """A simulated system; `left_out` counts the transcripts that it cannot express, `lots` are those that it sends."""

    def __init__(self, transcripts: Iterable[Transcript], folder: Path, faults: Faults, port: int = 0) -> None:
        self._faults = faults
        self.key, self._stranger = read_key(folder / "keys"), read_key(folder / "keys", "ke-la")
        held = list(transcripts)
        said = list(_records(held))
        self.left_out = len(held) - len(said)
        self.lots = tuple(self._lots(said))
        self._server = SftpServer(folder, faults, port)
        self._folder = DropFolder(self._server.files, faults)

    @property
    def files(self) -> Path:
        """Where its files lie."""
        return self._server.files

    async def start(self) -> Mapping[str, Any]:
        """Lay the lots, serve, and return the settings for `connector.toml`."""
        shown = self._faults.lots | ({"repeated-lot"} if self._faults.duplicate_page else set())
        self._folder.drop(files_with(shown, self.lots, self.key, self._stranger))
        self._folder.drop_hostile(_HOSTILE)
        if self._faults.hostile:
            self._folder.drop(hostile_lots(self.lots, self.key, self._stranger))
        certificate = str(self.key.certificate_file.resolve())
        return {**await self._server.start(), "signers": {"certificates": [certificate]}}

    async def stop(self) -> None:
        """End serving; the files stay."""
        await self._folder.stop()
        await self._server.stop()

    def send(self, files: Mapping[str, bytes]) -> None:
        """Lay more files, by their names in the system."""
        self._folder.drop(files)

    def answers(self) -> Sequence[Mapping[str, Any]]:
        """Return a row for each answer that lies there: kind, id, the files in which it stands, a hash over them."""
        files: dict[tuple[str, str], list[Path]] = {}
        for path in sorted((self.files / sink.ROOT).glob("*/*.xml")):
            for told in _answers_in(path):
                files.setdefault(told, []).append(path)
        return [
            {
                "kind": kind, "id": answer_id, "files": [path.relative_to(self.files).as_posix() for path in held],
                "sha256": hashlib.sha256(b"".join(path.read_bytes() for path in held)).hexdigest(),
                "offered": len(held),
            }
            for (kind, answer_id), held in files.items()
        ]  # fmt: skip

    def _lots(self, records: Sequence[Raw]) -> Iterator[LotToSend]:
        """Yield the lots, numbered from 1, in the order of school years."""
        by_class = [tuple(held) for _, held in groupby(sorted(records, key=_class_of), key=_class_of)]
        shown = [
            tuple({**record, PUPIL: self._faults.reshaped(record[PUPIL], _CHANGED, number)} for record in held)
            for number, held in enumerate(by_class)
        ]
        for start in range(0, len(shown), CLASSES_OF_A_LOT):
            lot, classes = f"{start // CLASSES_OF_A_LOT + 1:06}", tuple(shown[start : start + CLASSES_OF_A_LOT])
            yield LotToSend(lot, classes, tuple(SignedFile.of(self.key, held, lot) for held in classes))


def _records(transcripts: Iterable[Transcript]) -> Iterator[Raw]:
    """Yield the records of transcripts but those of which the system would lose more than the manifest declares."""
    of = connector()
    unsaid = {f"$.{name}" for name in of.manifest.cannot_express}
    declared = {(one.kind, one.direction, one.path) for one in of.manifest.loss if one.path not in unsaid}
    for transcript in transcripts:
        raw, losses = of.mapper.backward(transcript)
        if all((loss.kind, loss.direction, loss.path) in declared for loss in losses):
            school, pupil = {**raw["Truong"], "ten": transcript.school.name}, {**raw[PUPIL], "DienThoai": "0000000000"}
            yield {**raw, "Truong": school, PUPIL: pupil}


def _class_of(record: Raw) -> tuple[str, ...]:
    return record["NamHoc"], record["Truong"]["ma"], record["Lop"]["ma"], record["Ky"]


def _answers_in(path: Path) -> Iterator[tuple[str, str]]:
    """Yield kind and id of each answer in a file of ours."""
    kinds = {"bien-nhan": "receipt", "dinh-chinh": "correction", "tiep-nhan": "incoming_pupil"}
    for told in fromstring(path.read_bytes()).iter(f"{{{sink.NAMESPACE}}}KetQua"):  # noqa: S314  (our own file)
        yield kinds[told.attrib["loai"]], told.attrib["ma"]


def simulator(transcripts: Iterable[Transcript], folder: Path, faults: Faults, port: int = 0) -> LotSystem:
    """Return the system on a port of loopback (0: any); its state is in `folder`."""
    return LotSystem(transcripts, folder, faults, port)
