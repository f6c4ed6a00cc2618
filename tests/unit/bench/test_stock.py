"""A stock and the commands that are put around it today."""

from collections import Counter
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from hub.agents.preparing import prepare_command
from hub.bench.dressing import Dressed, dress, read_parcels, register_of
from hub.bench.driving import in_batches, records_of
from hub.bench.sending import arrivals
from hub.bench.signers import BenchPopulation
from hub.bench.stock import Stock, stock_of
from hub.bench.wanted import SO, Wanted, school_count_of
from hub.decision import set_root
from hub.domain.statements import LockRequest, RegisterEntry, read
from hub.errors import Unavailable
from hub.schemas import decode
from hub.topics import command
from hub.trust import ChainCache, Entry, Snapshot
from tests.unit.bench.conftest import WANTED

AT = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture(scope="module")
def dressed(stock: Stock, tmp_path_factory: pytest.TempPathFactory) -> Dressed:
    return dress(stock, AT, [60], tmp_path_factory.mktemp("dressed"))[0]


@pytest.fixture(scope="module")
def snapshot(stock: Stock) -> Snapshot:
    said = [decode(s.value, ("RegisterEntry",)).value["statement"] for s in register_of(stock, AT)]
    entries = [read(statement, RegisterEntry) for statement in said]
    return Snapshot.of(
        Entry(e.kind, e.entry_id, datetime.fromisoformat(e.valid_from), None, e.payload, n)
        for n, e in enumerate(entries, 1)
    )


def test_stock_is_signed_once(stock: Stock, cache: Path) -> None:
    """The second measurement of that size finds it; another size is another stock."""
    again = stock_of(WANTED, cache, 1, lambda _what, _count: None)
    assert (stock.fresh, again.fresh, again.folder) == (True, False, stock.folder)


def test_every_transcript_is_accepted_with_twelve_signatures(dressed: Dressed, snapshot: Snapshot) -> None:
    """By the worker's own checks, with the register of today."""
    cache, topic = ChainCache(), command(SO)
    prepared = [prepare_command(r, topic, snapshot, cache) for r in records_of(dressed.path, transcripts=60)]
    documents = [document for one in prepared for document in one.documents]
    assert [f.code for one in prepared for f in one.findings] == []
    assert Counter(len(d.signatures) for d in documents) == {12: 60}
    assert all(d.record is not None and not d.pending for d in documents)


def test_request_to_lock_stands_behind_its_school_and_names_its_set(dressed: Dressed) -> None:
    """Count and root over exactly what the school has handed in before."""
    sent: dict[bytes, list[bytes]] = {}
    locked = set()
    for parcel in read_parcels(dressed.path):
        value = decode(parcel.value, command(SO).messages).value
        if parcel.transcripts:
            assert parcel.key not in locked
            sent.setdefault(parcel.key, []).extend(_digests(value))
        else:
            request = read(value["statement"], LockRequest)
            assert (request.count, request.root) == (len(sent[parcel.key]), set_root(sent[parcel.key]).hex())
            locked.add(parcel.key)
    assert locked == set(sent)
    assert {digest for digests in sent.values() for digest in digests} == dressed.documents


def _digests(value: dict[str, object]) -> list[bytes]:
    return [sha256(row["document"]).digest() for row in value["documents"]]  # type: ignore[attr-defined]


def test_files_hold_exactly_what_was_asked_and_different_schools(stock: Stock, tmp_path: Path) -> None:
    """The last school of a file is cut; submissions can be as small as one transcript."""
    first, second = dress(stock, AT, [35, 10], tmp_path, per_submission=1, locks=False)
    assert (len(first.documents), first.submissions, first.locks) == (35, 35, 0)
    assert not first.documents & second.documents
    schools = [{parcel.key for parcel in read_parcels(found.path)} for found in (first, second)]
    assert not schools[0] & schools[1]
    ids = [parcel.command_id for found in (first, second) for parcel in read_parcels(found.path)]
    assert len(ids) == len(set(ids)) == 45


def test_a_stock_that_is_too_small_says_so(stock: Stock, tmp_path: Path) -> None:
    """A measurement never runs on fewer than it reports."""
    with pytest.raises(Unavailable) as raised:
        dress(stock, AT, [100_000], tmp_path)
    assert raised.value.code == "WAITED_IN_VAIN"


def test_three_signatures_leave_the_subject_teachers_out() -> None:
    """And their entries in the register with them."""
    three, twelve = (BenchPopulation(Wanted(60, n, "ES256"), AT) for n in (3, 12))
    chains = [next(iter(p.completed(p.schools()[:1]))).signers[0] for p in (three, twelve)]
    assert [len(chain) for chain in chains] == [3, 12]
    assert chains[0] == chains[1][9:]
    schools = len(three.schools())
    assert len(list(twelve.officials())) - len(list(three.officials())) == 9 * schools


@pytest.mark.parametrize(("pupils", "schools"), [(110, 4), (400, 16), (10_500, 16), (2_193_326, 2924), (10, 1)])
def test_schools_are_of_ordinary_size_where_there_are_enough_pupils(pupils: int, schools: int) -> None:
    """Few pupils share some schools, so that every partition has work; a province has thousands."""
    assert school_count_of(pupils) == schools


@pytest.mark.parametrize("wrong", [{"signatures": 4}, {"algorithm": "none"}, {"transcripts": 0}])
def test_a_stock_that_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    """Before anything is signed."""
    with pytest.raises(ValueError, match="no such stock"):
        Wanted(**{"transcripts": 1, **wrong})  # type: ignore[arg-type]


def test_arrivals_keep_their_rate_and_repeat_themselves(dressed: Dressed) -> None:
    """Independent schools, so gaps differ; the sum of transcripts over the time is the rate."""
    one, two = (list(arrivals(read_parcels(dressed.path), 20.0, seed=3)) for _ in range(2))
    assert [at for at, _ in one] == [at for at, _ in two]
    assert [at for at, _ in one] == sorted(at for at, _ in one)
    seeds = [list(arrivals(read_parcels(dressed.path), 20.0, seed=n))[-1][0] for n in range(300)]
    submissions = [p.transcripts for p in read_parcels(dressed.path)][:-1]
    assert sum(seeds) / len(seeds) == pytest.approx(sum(submissions) / 20.0, rel=0.15)


def test_batches_hold_everything_in_order() -> None:
    """The last one is shorter."""
    assert list(in_batches(range(5), 2)) == [[0, 1], [2, 3], [4]]
