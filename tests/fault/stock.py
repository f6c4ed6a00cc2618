"""The stock: a signed population, built once a day and kept on disk, that every run sends in an order of its own.

Eight schools hand in 2,000 valid transcripts of the round "completed/1", then ask to lock it. Nothing in it is faulty:
whatever a run ends with beside 2,000 locked transcripts at Bộ was done by the fault.
"""

import fcntl
import hashlib
import shutil
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from hub.client import Outbound, command_sending, lock_request
from hub.kafka.producer import Sending
from hub.local import population as population_package
from hub.local.founding import Founded, found_keys, signed_register
from hub.local.population import NO_FAULTS, ClassSubmission, Population, Shipment, SignedSubmission, record_of
from hub.local.population.signed import sign_submission
from hub.topics import command

__all__ = ["SO", "Parcel", "Stock", "Stocks", "stocks_of"]

SO = "ha-noi"
_SCHOOL_COUNT = 8
_KEPT_S = 2 * 86_400
_SCHOOL_YEAR = "2025-2026"
_PUPIL_COUNT = 2_120  # some were not completed or have left, and are not sent: 2,061 transcripts remain
_PARTS = 6  # of the class that each school hands in on the small journey
_SEED = 70_2026


@dataclass(frozen=True, slots=True)
class Parcel:
    """One command, ready to send, and the documents in it (hex hashes)."""

    school: str
    command_id: str
    value: bytes
    headers: tuple[tuple[str, bytes | None], ...]
    documents: tuple[str, ...]

    def outbound(self) -> Outbound:
        """Return the record with what the journal says about it."""
        about = {
            "command_id": self.command_id, "decodes": True, "so": SO, "transcripts": len(self.documents),
            "documents": list(self.documents),
        }  # fmt: skip
        return Outbound(Sending(command(SO).name, self.school.encode(), self.value, self.headers), about)


@dataclass(frozen=True, slots=True)
class Stock:
    """Register records, and for each school its submissions with the lock request behind them."""

    register: tuple[Sending, ...]
    schools: tuple[tuple[Parcel, ...], ...]

    @property
    def parcels(self) -> tuple[Parcel, ...]:
        """All commands."""
        return tuple(p for school in self.schools for p in school)

    @property
    def documents(self) -> frozenset[str]:
        """Hashes of all documents (hex)."""
        return frozenset(d for p in self.parcels for d in p.documents)


@dataclass(frozen=True, slots=True)
class Stocks:
    """Two sizes over one register and one set of keys: 2,000 transcripts, and about 260 in many small submissions."""

    large: Stock
    small: Stock


def stocks_of(cache: Path) -> tuple[Stocks, Path]:
    """Return the stocks and the folder of their keys; made when today's are not there."""
    folder = cache / f"fault-stock-{_key()}"
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "fault-stock.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several processes of one session ask at once
        _make(folder, cache)
    return msgspec.msgpack.decode((folder / "stocks.msgpack").read_bytes(), type=Stocks), folder / "secrets"


def _key() -> str:
    """Name a stock by the day, and by all that draws it."""
    digest = hashlib.sha256(f"{_SEED}{datetime.now(UTC).date()}".encode())
    drawn = Path(population_package.__file__).parent
    for path in (Path(__file__), drawn.parent / "founding.py", *sorted(drawn.rglob("*.py"))):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _make(folder: Path, cache: Path) -> None:
    if not (folder / "stocks.msgpack").exists():
        for old in cache.glob("fault-stock-*/"):
            if time.time() - old.stat().st_mtime > _KEPT_S:  # a younger one may be in use by another session
                shutil.rmtree(old, ignore_errors=True)
        with tempfile.TemporaryDirectory(prefix="new-fault-stock-", dir=cache) as fresh:
            _build(Path(fresh) / "whole")
            (Path(fresh) / "whole").rename(folder)


def _build(folder: Path) -> None:
    at = datetime.now(UTC).replace(microsecond=0)
    population = Population(
        _SEED, pupil_count=_PUPIL_COUNT, at=at, school_year=_SCHOOL_YEAR, school_count=_SCHOOL_COUNT, sos=(SO,)
    )
    founded = found_keys(population, folder / "secrets")
    shutil.rmtree(folder / "secrets" / "persons")
    register = tuple(sending for _, sending in signed_register(population, founded))
    large: list[tuple[Parcel, ...]] = []
    small: list[tuple[Parcel, ...]] = []
    for school in population.schools():
        unsigned = [s for s in population.submissions([school]) if s.round.cohort == "completed" and not s.history]
        wanted = {s.command_id for s in unsigned}
        shipments = population.shipments(founded.credentials, NO_FAULTS, [school])
        signed = [s.submission for s in shipments if s.submission.command_id in wanted]
        large.append(_with_lock(population, founded, unsigned[0], signed))
        small.append(_with_lock(population, founded, unsigned[0], _divided(population, founded, unsigned[0], signed)))
    stocks = Stocks(Stock(register, tuple(large)), Stock(register, tuple(small)))
    (folder / "stocks.msgpack").write_bytes(msgspec.msgpack.encode(stocks))


def _divided(
    population: Population, founded: Founded, first: ClassSubmission, signed: Sequence[SignedSubmission]
) -> list[SignedSubmission]:
    """Return the first class again, handed in a few transcripts at a time."""
    documents = signed[0].documents
    parts = [documents[n::_PARTS] for n in range(_PARTS)]
    return [
        sign_submission(
            replace(first, command_id=f"{first.command_id}-{n}"), part, first.issued_by, founded.credentials,
            population.at,
        )
        for n, part in enumerate(parts)
    ]  # fmt: skip


def _with_lock(
    population: Population, founded: Founded, of: ClassSubmission, signed: Sequence[SignedSubmission]
) -> tuple[Parcel, ...]:
    """Return the submissions and behind them the request to lock exactly what is in them."""
    hashes = sorted(d.sha256 for s in signed for d in s.documents)
    command_id = f"{of.school}-{of.school_year}-{of.round.cohort}-{of.round.number}-lock"
    statement = lock_request(command_id, of.school, of.school_year, of.round, hashes, population.at)
    signer = founded.credentials(of.issued_by.person)
    made = command_sending(SO, statement, signer, of.issued_by.role, int(population.at.timestamp()))
    return (*(_parcel(s) for s in signed), Parcel(of.school, command_id, made.value or b"", tuple(made.headers), ()))


def _parcel(submission: SignedSubmission) -> Parcel:
    record = record_of(Shipment(submission))
    hashes = tuple(d.sha256 for d in submission.documents)
    return Parcel(submission.school, submission.command_id, record.value or b"", tuple(record.headers), hashes)
