"""Bộ and a sending school for tests of a connector that takes histories: real evidence, real boxes, real keys."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from msgspec import UNSET

from hub.client.transfer_incoming import Box, HeardNotice
from hub.connect import Instance, Run, Supervisor, begin, open_store
from hub.connect.door import TransferMessage
from hub.decision import set_root
from hub.domain.statements import TransferNotice, TransferParty, encode
from hub.evidence import bundle_bytes
from hub.signing import write_receiving_key
from hub.trust import BoxLabel, seal_box
from tests.unit.connect.world import SO, World
from tests.unit.evidence.builders import AT, Locked, a_locked, keys, parts_of

NEW, OLD, PASSWORD, TRANSFER = "0101002", "0101001", "mật khẩu", "ab" * 32
HERE, THERE = TransferParty(school=NEW, so=SO), TransferParty(school=OLD, so=SO)


@dataclass
class Incoming:
    """The topic, as far as one school reads it; `door` gives it to a runner, `page` messages at once."""

    public: bytes
    page: int = 100
    receiving: TransferParty = HERE
    sending: TransferParty = THERE
    messages: list[HeardNotice | Box | str] = field(default_factory=list)
    late: list[Box] = field(default_factory=list)
    _n: int = 0
    _delivery: int = 0
    _documents: tuple[str, ...] = ()

    def tell(self, state: str, transfer: str = TRANSFER, **changes: Any) -> None:
        """Tell the school a state; deliveries so far are named."""
        self._n += 1
        root = set_root([bytes.fromhex(one) for one in self._documents]).hex() if self._delivery else UNSET
        said: dict[str, Any] = {
            "at": f"2026-06-{10 + self._n}T03:00:00Z", "birth_date": "2017-03-05", "grade": 3, "n": self._n,
            "outcome": "accepted", "procedure": "tt15-2026", "pupil": "id:001217000001", "school_year": "2025-2026",
            "receiving": self.receiving, "sending": self.sending,
            "request_sha256": "cd" * 32, "state": state, "step": "TransferDispatch",
            "step_id": f"transfer-step-{self._n}", "step_sha256": "ef" * 32, "transfer": transfer,
            "to": self.receiving, "type": "vn.hocba.transfer-notice/1",
            "count": len(self._documents) if self._delivery else UNSET,
            "delivery": self._delivery or UNSET, "documents": self._documents if self._delivery else UNSET,
            "root": root,
        }  # fmt: skip
        notice = TransferNotice(**(said | changes))
        self.messages.append(HeardNotice(notice, encode(notice), "signed", AT, "valid"))

    def deliver(self, *locked: Locked, state: str = "sent", transfer: str = TRANSFER, lost: int = 0) -> None:
        """Send a delivery of these transcripts; the last `lost` boxes stay away."""
        files = {hashlib.sha256(one.document).hexdigest(): bundle_bytes(**parts_of(one)) for one in locked}
        self.send(files, state, transfer, lost)

    def send(self, files: Mapping[str, bytes], state: str, transfer: str, lost: int = 0) -> None:
        """Send a delivery of evidence files, by document hash (hex)."""
        self._delivery, self._documents = self._delivery + 1, tuple(sorted(files))
        self.tell(state, transfer)
        boxes = self.boxes(files, transfer)
        self.messages += boxes[: len(files) - lost]
        self.late = boxes[len(files) - lost :]

    def boxes(self, files: Mapping[str, bytes], transfer: str = TRANSFER) -> list[Box]:
        """Seal evidence files to the school's key."""
        known_as = hashlib.sha256(self.public).hexdigest()
        found = []
        for n, digest in enumerate(sorted(files)):
            label = BoxLabel(transfer, self._delivery, n, len(files), digest, self.receiving.school)
            found.append(Box(label, known_as, seal_box(files[digest], self.public, label)))
        return found

    async def transfers(self, so: str, since: Mapping[str, int]) -> tuple[list[TransferMessage], dict[str, int], bool]:
        """Read on, as a door does."""
        school = self.receiving.school
        assert (so, set(since)) == (self.receiving.so, {school})
        start = since[school]
        end = min(len(self.messages), start + self.page)
        found = [TransferMessage(school, f"incoming/0/{n}", self.messages[n]) for n in range(start, end)]
        return found, {school: end}, end < len(self.messages)


class Taking(World):
    """A connector that takes the histories of one school."""

    def __init__(self, folder: Path, **manifest: Any) -> None:
        super().__init__(folder, **manifest)
        self.folder.mkdir(parents=True)
        key = write_receiving_key(self.folder / f"{NEW}.pem", PASSWORD)
        self.password = self.folder / "password"
        self.password.touch(mode=0o600)
        self.password.write_text(PASSWORD + "\n", encoding="utf-8")
        (self.folder / "roots").mkdir()
        (self.folder / "roots" / "registrar.der").write_bytes(keys().issued["registrar"].der)
        school = {"school": NEW, "key_file": f"{NEW}.pem", "password_file": "password"}
        self.settings: dict[str, Any] = {"transfers": {"roots": "roots", "school": [school]}}
        self.incoming = Incoming(public_of(key))
        self.door.transfers = self.incoming.transfers  # type: ignore[method-assign]

    def start(self) -> "Taking":
        """Start the process with its settings."""
        store = open_store(self.folder, "tinh", SO)
        self._count_commits(store)
        instance = Instance("tinh", self.folder, SO, self.settings)
        run = Run(store, self.connector, instance, self.door, lambda: self.now, lambda: self.clock_s)
        begin(run)
        self.store, self.supervisor = store, Supervisor(run)
        return self

    def later(self, seconds: float = 100.0) -> "Taking":
        """Let time pass and work."""
        self.clock_s += seconds
        self.work()
        return self

    @property
    def kept(self) -> Path:
        """The folder of the history."""
        return self.folder / "transfers" / TRANSFER


def public_of(key: X25519PrivateKey) -> bytes:
    """Return the public half."""
    return key.public_key().public_bytes_raw()


def two_years() -> tuple[Locked, Locked]:
    """Return the locked transcripts of two school years of one pupil."""
    return a_locked(), a_locked(remarks="Em tiến bộ.", period="semester_1")
