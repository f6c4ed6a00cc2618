"""The rig: one pair of servers for the session; for every run fresh stores, the whole stock, and a fault beside it.

    with a_rig(cache) as rig:
        result = rig.run(case, seed, fault)     # fault(run) is called in a thread of its own

A run sends the stock in an order that the seed chooses, with the journal of the client, waits until everything has
arrived and is quiet, then audits. It fails when anything is lost, doubled or changed, or when the fault met no work.
"""

import asyncio
import itertools
import os
import random
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from hub.audit import audit_hub
from hub.client import Journal, Outbound, send_all
from hub.kafka.producer import Sender
from hub.local.hub import LocalHub
from hub.local.servers import Addresses
from hub.local.workers import WorkerSpec
from hub.topics import SO_STAGES, Topic, every_topic
from tests.fault.fresh import keep_as_template, renew
from tests.fault.ledger import ledger_of
from tests.fault.observing import Eyes
from tests.fault.result import Hit, Result
from tests.fault.stock import SO, Stock, stocks_of

__all__ = ["BO", "LARGE", "SMALL", "SO", "SO_WORKER", "Case", "Rig", "Run", "Unready", "a_rig", "apart", "specs"]

SO_WORKER, BO = f"so-{SO}", "bo"
LARGE, SMALL = 2000, 260
_DATABASES = (f"so_{SO.replace('-', '_')}", "bo")
_BATCH = 4
_PATIENCE_S = 240.0
_POLL_S = 0.15
_CLOSE_POLL_S = 0.02
_BACKOFF_S_MAX = 0.3  # a worker that was killed on purpose need not wait long
_PROBLEMS_MAX = 12


class Unready(AssertionError):
    """Patience ended; the message says what was waited for."""


@dataclass(frozen=True, slots=True)
class Case:
    """What is attacked and how large the journey is. `specs`: the workers, default one for Sở and one for Bộ."""

    name: str
    invariant: str
    size: int = LARGE
    specs: Sequence[WorkerSpec] = ()
    environment: Mapping[str, str] = field(default_factory=dict)  # of every worker
    bootstrap: str | None = None  # where the client sends, when not straight to the broker
    patience_s: float = _PATIENCE_S
    needs_hit: bool = True
    batch: int = _BATCH  # how many records the client sends at once
    pace_s: float = 0.0  # and how long it waits behind each batch
    before: Callable[["Run"], None] = lambda _: None  # called when the stores are fresh and no worker runs yet


def specs(*, so: int = 1, bo: int = 1, environment: Mapping[str, str] | None = None) -> tuple[WorkerSpec, ...]:
    """Return workers with all stages: "so-ha-noi" and "bo"; further ones of the same group get "-1", "-2" behind."""
    more = dict(environment or {})
    made = [_spec(SO_WORKER, ("so", SO), n, more) for n in range(so)]
    return tuple(made + [_spec(BO, ("bo",), n, more) for n in range(bo)])


def apart(*alone: str) -> dict[str, WorkerSpec]:
    """Return a worker of its own for each of these stages, and "rest" and "bo" for all others.

    "sequencer" lives with lock, "relay" with whoever leads: it has the rest to itself when it is asked for.
    """
    of_so = [s for s in alone if s in SO_STAGES or s == "sequencer"]
    taken = {"lock" if stage == "sequencer" else stage for stage in of_so}
    made = {}
    for stage in of_so:
        named = "lock" if stage == "sequencer" else stage
        made[stage] = _spec(f"{SO_WORKER}-{named}", ("so", SO, "--stages", named), 0, {})
    rest = ",".join(stage for stage in SO_STAGES if stage not in taken)
    made["relay" if "relay" in alone else "rest"] = _spec(f"{SO_WORKER}-rest", ("so", SO, "--stages", rest), 0, {})
    made["ingest" if "ingest" in alone else "bo"] = _spec(BO, ("bo",), 0, {})
    return made


def _spec(name: str, arguments: tuple[str, ...], n: int, environment: Mapping[str, str]) -> WorkerSpec:
    named = name if n == 0 else f"{name}-{n}"
    return WorkerSpec(named, (*arguments, "--slot", str(n)), environment, _BACKOFF_S_MAX)


class Run:
    """One journey of the stock. What a fault may do with it is public."""

    def __init__(self, rig: "Rig", case: Case, seed: int, folder: Path) -> None:
        self.rig, self.case, self.folder, self.hub = rig, case, folder, rig.hub
        self.rng = random.Random(seed)  # of the fault; the order of schools has its own
        self.stock = rig.stock(case.size)
        self.result = Result(case.name, case.invariant, seed)
        self.eyes = Eyes(rig.hub, self.stock)
        self.journals = [folder / "journal.jsonl"]
        self.logs = folder / "logs"
        self.over = threading.Event()  # everything has arrived, or the run was given up
        self._seed = seed

    # -- for faults

    def until(self, what: str, done: Callable[[], object], patience_s: float = 90.0) -> None:
        """Poll closely. Raises Unready when patience ends."""
        deadline = time.monotonic() + patience_s
        while not done():
            if time.monotonic() > deadline:
                raise Unready(f"waited {patience_s:.0f} s for {what}")
            time.sleep(_CLOSE_POLL_S)

    def until_share(self, stage: str, share: float, patience_s: float = 90.0) -> None:
        """Wait until a stage has done this share of its work (0 to 1)."""
        self.until(f"{stage} at {share:.0%}", lambda: self.eyes.share(stage) >= share, patience_s)

    def strike(self, what: str, stage: str, act: Callable[[], object]) -> Hit:
        """Do `act` now and note at which share of the stage's work it came."""
        share, before = self.eyes.share(stage), self.eyes.done(stage)
        act()
        hit = Hit(what, stage, share, before, time.monotonic())
        self.result.hits.append(hit)
        return hit

    def recovered(self, hit: Hit, since: float | None = None, patience_s: float = 120.0) -> float:
        """Wait for the next progress of the stage; `since` (monotonic) is when the world was whole again."""
        if not hit.named and not hit.mid_work:
            return 0.0  # it met no work, so nothing need follow: the run counts as missed
        self.until(f"{hit.stage} to go on after {hit.what}", lambda: self.eyes.done(hit.stage) > hit.before, patience_s)
        hit.recovery_s = time.monotonic() - (since or hit.at)
        return hit.recovery_s

    def kill_worker(self, name: str) -> None:
        """SIGKILL a worker; its keeper starts it again."""
        self.hub.worker(name).kill(name)

    def pid(self, name: str) -> int:
        """Process id of a worker; KeyError when it is not running."""
        return self.hub.worker(name).pid(name)

    def restarts(self, name: str) -> int:
        """How often a worker was started again."""
        return self.hub.worker(name).restarts[name]

    def problem(self, text: str) -> None:
        """Note what did not hold."""
        self.result.problems.append(text)

    # -- for the rig

    def journey(self, fault: Callable[["Run"], None]) -> None:
        """Send everything with the fault beside it, and wait until all has arrived."""
        failed: list[BaseException] = []
        thread = threading.Thread(target=self._guarded, args=(fault, failed), name="fault")
        started = time.monotonic()
        try:
            asyncio.run(self._register())
            self.case.before(self)
            self.hub.start_workers(self._specs(), self.logs)
            thread.start()
            self._until("the register", self.eyes.is_registered)
            self.result.steps["registered"] = time.monotonic() - started
            asyncio.run(self._client())
            self.result.steps["sent"] = time.monotonic() - started
            self._until("everything to arrive", self.eyes.is_all_there)
            self.result.steps["arrived"] = time.monotonic() - started
        except Exception as error:  # told in the result, where the test sees it
            self.problem(f"{type(error).__name__}: {error}")
        finally:
            self.over.set()
            if thread.ident is not None:
                thread.join(self.case.patience_s)
        if thread.is_alive():
            self.problem("the fault still waits")
        self.result.problems += [f"fault: {type(e).__name__}: {e}" for e in failed]
        if not self.result.problems:
            try:
                self._until("silence", self.eyes.is_quiet)
            except Unready as error:
                self.problem(str(error))
        self.result.steps["quiet"] = time.monotonic() - started

    def audit(self) -> None:
        """Run the oracle and the ledger over what there is."""
        hub, url = self.hub, self.hub.so_url(SO)
        report = audit_hub([SO], {SO: url}, hub.bo_url, hub.bootstrap, self.journals)
        self.result.violations = {c.name: c.violations for c in report.checks if c.violations}
        found = [f"{c.name}: {example}" for c in report.checks for example in c.examples[:2] if c.violations]
        self.result.problems += found[:_PROBLEMS_MAX]
        ledger = self.result.ledger = ledger_of(self.journals, url, hub.bo_url)
        if (ledger.lost, ledger.doubled, ledger.changed) != (0, 0, 0):
            self.problem(f"lost, doubled or changed: {ledger}")
        if not ledger.sent == ledger.locked == ledger.at_bo == len(self.stock.documents):
            self.problem(f"the sums differ from {len(self.stock.documents)}: {ledger}")
        self.result.problems += self.eyes.receipt_problems()

    def _specs(self) -> list[WorkerSpec]:
        more = self.case.environment
        every = self.case.specs or specs()
        return [WorkerSpec(s.name, s.arguments, {**more, **s.environment}, s.backoff_s_max) for s in every]

    def _guarded(self, fault: Callable[["Run"], None], failed: list[BaseException]) -> None:
        try:
            fault(self)
        except BaseException as error:  # told in the result, where the test sees it
            failed.append(error)
        finally:
            self.eyes.leave()

    def _until(self, what: str, done: Callable[[], bool]) -> None:
        deadline = time.monotonic() + self.case.patience_s
        while not done():
            if time.monotonic() > deadline:
                raise Unready(f"waited {self.case.patience_s:.0f} s for {what}: {self.eyes.told()}")
            if self.eyes.parked():
                raise Unready(f"a school is parked: what it sent cannot arrive: {self.eyes.parked_codes()}")
            time.sleep(_POLL_S)

    async def _register(self) -> None:
        sender = Sender(self.hub.bootstrap)
        try:
            await sender.send(self.stock.register)
        finally:
            await sender.close()

    async def _client(self) -> None:
        """Send school after school in the seed's order; the request to lock stands behind the school's last class."""
        schools = list(self.stock.schools)
        random.Random(self._seed).shuffle(schools)
        sender = Sender(self.case.bootstrap or self.hub.bootstrap)
        try:
            with Journal(self.journals[0]) as journal:
                every = [parcel.outbound() for school in schools for parcel in school]
                for batch in _batches(every, self.case.batch):
                    await send_all(sender, journal, batch)
                    await asyncio.sleep(self.case.pace_s)
        finally:
            await sender.close()


def _batches(outbound: Sequence[Outbound], size: int) -> Iterator[Sequence[Outbound]]:
    for n in range(0, len(outbound), size):
        yield outbound[n : n + size]


class Rig:
    """Enter it once a session, from the main thread. `addresses`: a cluster of the caller's own, such as of three."""

    def __init__(self, folder: Path, cache: Path, addresses: Addresses | None = None) -> None:
        self.folder, self.cache = folder, cache
        self._stocks, secrets = stocks_of(cache)
        self.hub = LocalHub(folder / "data", (SO,), cache, addresses, secrets=secrets)
        self._numbers = itertools.count(1)
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self._stack.enter_context(self.hub)
        try:
            self.hub.make_stores()
            self._remember_addresses()
            assert self.hub.servers.postgres is not None
            keep_as_template(self.hub.servers.postgres, _DATABASES)
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def _remember_addresses(self) -> None:
        """Ask for the databases' addresses once: asking makes what is missing, which a run cannot while one is down."""
        of_so, of_bo = self.hub.servers.so_urls(SO), self.hub.servers.bo_urls()
        self.hub.servers.so_urls = lambda so: of_so  # type: ignore[method-assign]
        self.hub.servers.bo_urls = lambda: of_bo  # type: ignore[method-assign]

    @property
    def topics(self) -> tuple[Topic, ...]:
        """Every topic of a run."""
        return every_topic((SO,))

    def stock(self, size: int) -> Stock:
        """Return the stock of that size: LARGE or SMALL."""
        return self._stocks.large if size >= LARGE else self._stocks.small

    def run(self, case: Case, seed: int, fault: Callable[[Run], None]) -> Result:
        """Play one journey with a fault beside it; the result is kept for the totals, and its line says everything."""
        started = time.monotonic()
        postgres = self.hub.servers.postgres
        assert postgres is not None
        renew(postgres, _DATABASES, self.hub.bootstrap, self.topics)
        folder = self.folder / f"run-{next(self._numbers)}"
        folder.mkdir()
        run = Run(self, case, seed, folder)
        run.result.steps["fresh"] = time.monotonic() - started
        try:
            run.journey(fault)
            stopping = threading.Thread(target=self.hub.stop_workers, name="stop-workers")
            stopping.start()
            try:
                run.audit()
            except Exception as error:  # told beside what else went wrong
                run.problem(f"the audit broke: {type(error).__name__}: {error}")
            stopping.join()
        finally:
            self.hub.stop_workers()
            run.eyes.close()
        run.result.seconds = time.monotonic() - started
        if case.needs_hit and not run.result.hits:
            run.problem("no fault was injected")
        return run.result


@contextmanager
def a_rig(cache: Path, addresses: Addresses | None = None) -> Iterator[Rig]:
    """Run a rig in a folder of its own, on a cluster of the caller's where `addresses` names one.

    HUB_FAULT_KEEP=1 keeps the folder with its logs and journals.
    """
    folder = Path(tempfile.mkdtemp(prefix="hub-fault-"))
    folder.chmod(0o711)  # the database's own user must walk in when the tests run as root
    try:
        with Rig(folder, cache, addresses) as running:
            yield running
    finally:
        if os.environ.get("HUB_FAULT_KEEP") != "1":
            shutil.rmtree(folder, ignore_errors=True)
