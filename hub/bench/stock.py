"""Kho mẫu: transcripts signed once, by several processes, and kept on disk; every measurement of that size reads them.

Folder: `stock.json`, `persons.msgpack` (certificates and keys of the synthetic signers), `secrets/` (key folders of Sở
and Bộ), `shard-<n>/` (`hub.local.population.read_shipments`; the schools n, n + shards, n + 2·shards, …).
"""

import fcntl
import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import groupby
from multiprocessing import get_context
from pathlib import Path
from types import MappingProxyType

import hub.bench
import hub.domain.transcript
import hub.local.pki
import hub.local.population
import hub.trust.jws
from hub.bench.persons import load_persons, save_persons
from hub.bench.signers import BenchPopulation, new_keys
from hub.bench.wanted import Wanted
from hub.domain import canonical
from hub.local.founding import Founded, found_keys
from hub.local.pki import Pki
from hub.local.population import ClassSubmission, Credentials, Shipment, read_shipments, sign_chain
from hub.local.population.disk import write_shipments
from hub.local.population.signed import document_scope, sign_submission

__all__ = ["Stock", "stock_of"]

Tell = Callable[[str, int], None]
_PERSONS, _ABOUT = "persons.msgpack", "stock.json"


@dataclass(frozen=True, slots=True)
class Stock:
    """A stock on disk. `fresh` when it was made just now."""

    folder: Path
    wanted: Wanted
    shards: int
    log_keys: tuple[tuple[str, str], ...]
    fresh: bool

    @property
    def secrets(self) -> Path:
        """Key folders of Sở and Bộ."""
        return self.folder / "secrets"

    def founded(self) -> Founded:
        """Return authorities and credentials, to sign register and commands of today."""
        return Founded(Pki.load(self.secrets / "pki"), load_persons(self.folder / _PERSONS), self.log_keys)

    def schools(self) -> Iterator[list[Shipment]]:
        """Stream the classes of one school after the other, in the order of the schools' numbers."""
        shards = [_schools_of(self.folder / f"shard-{n}") for n in range(self.shards)]
        while shards:
            for shard in tuple(shards):
                school = next(shard, None)
                if school is None:
                    shards.remove(shard)
                else:
                    yield school


def stock_of(wanted: Wanted, cache: Path, processes: int, tell: Tell) -> Stock:
    """Return the stock, made when it is not there; others of the same size, drawn by older code, are removed."""
    name = f"stock-{wanted.transcripts}-{wanted.signatures}-{wanted.algorithm}-"
    folder = cache / (name + _digest(wanted))
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "stock.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        fresh = not (folder / _ABOUT).exists()
        if fresh:
            for old in cache.glob(name + "*"):
                shutil.rmtree(old, ignore_errors=True)
            with tempfile.TemporaryDirectory(prefix="new-stock-", dir=cache) as beside:
                _build(Path(beside) / "whole", wanted, processes, tell)
                (Path(beside) / "whole").rename(folder)
    about = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
    return Stock(folder, wanted, about["shards"], tuple((o, k) for o, k in about["log_keys"]), fresh)


def _digest(wanted: Wanted) -> str:
    """Name a stock by what is wanted and by all the code that draws and signs it."""
    digest = hashlib.sha256(repr(sorted(asdict(wanted).items())).encode())
    here = Path(hub.bench.__file__).parent
    population = sorted(Path(hub.local.population.__file__).parent.rglob("*.py"))
    modules = (hub.domain.transcript, hub.local.pki, hub.trust.jws)
    drawn_by = [here / name for name in ("persons.py", "signers.py", "stock.py", "wanted.py")]
    for path in (*drawn_by, *population, *(Path(m.__file__ or "") for m in modules)):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _build(folder: Path, wanted: Wanted, processes: int, tell: Tell) -> None:
    at = datetime.now(UTC).replace(microsecond=0)
    population = BenchPopulation(wanted, at, new_keys() if wanted.algorithm == "PS256" else ())
    founded = found_keys(population, folder / "secrets")
    save_persons(founded.credentials, folder / _PERSONS)
    if processes == 1:
        tell("signed", _sign_shard(folder, wanted, at, 0, 1))
    else:
        with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
            for job in [pool.submit(_sign_shard, folder, wanted, at, n, processes) for n in range(processes)]:
                tell("signed", job.result())
    about = {"at": at.isoformat(), "log_keys": founded.log_keys, "shards": processes, "wanted": asdict(wanted)}
    (folder / _ABOUT).write_text(json.dumps(about, indent=1), encoding="utf-8")


def _sign_shard(folder: Path, wanted: Wanted, at: datetime, shard: int, shards: int) -> int:
    """Sign every `shards`-th school; runs in a process of its own. Returns the number of documents."""
    population, credentials = BenchPopulation(wanted, at), load_persons(folder / _PERSONS)
    count = 0

    def shipments() -> Iterator[Shipment]:
        nonlocal count
        for submission in population.completed(population.schools()[shard::shards]):
            count += len(submission.transcripts)
            yield _signed(submission, credentials, at)

    write_shipments(folder / f"shard-{shard}", shipments(), MappingProxyType({"shard": shard}))
    return count


def _signed(submission: ClassSubmission, keyring: Credentials, at: datetime) -> Shipment:
    scope = document_scope(submission.school, submission.school_year, "year")
    iat = int(at.timestamp())
    documents = [
        sign_chain(canonical(transcript), chain, scope, keyring, iat)
        for transcript, chain in zip(submission.transcripts, submission.signers, strict=True)
    ]
    return Shipment(sign_submission(submission, documents, submission.issued_by, keyring, at))


def _schools_of(shard: Path) -> Iterator[list[Shipment]]:
    for _, shipments in groupby(read_shipments(shard), key=lambda s: s.submission.school):
        yield list(shipments)
