"""Hà Nội: batches out of a real folder, each once, whole or not at all; answers with what Sở signed."""

import asyncio
import base64
import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import pytest

from hub.client.batch import load_batch
from hub.connectors.ha_noi import connector, simulator
from hub.connectors.sdk import Answer, Opened
from hub.connectors.simulating import Faults
from hub.domain import canonical
from hub.errors import Refused, Unavailable
from hub.local.population import Population

AT = datetime(2026, 6, 10, 3, 0, tzinfo=UTC)
WELL = Faults()


def transcripts(pupils=48):
    """Return the documents of this year of one small province."""
    population = Population(3, pupil_count=pupils, school_count=2, sos=("ha-noi",), school_year="2025-2026", at=AT)
    return [t for s in population.submissions() if not s.history for t in s.transcripts]


class World:
    """A simulated system and an instance of the connector beside it."""

    def __init__(self, tmp_path, made=None, faults=WELL, **options):
        self.system = simulator(transcripts() if made is None else made, tmp_path / "system", faults, **options)
        self.folder = tmp_path / "system"
        self.own = tmp_path / "connector"
        self.now = 0.0
        self.connector = connector()
        self.settings = asyncio.run(self.system.start())

    def opened(self):
        """Return the instance."""
        return Opened({**self.settings, "settle_s": 0}, self.own, lambda: self.now)

    def pulled(self, cursor=None, source=None):
        """Return all pages until nothing more is there."""
        source = source or self.connector.source(self.opened())
        return asyncio.run(_pulled(source, cursor))


async def _pulled(source, cursor):
    """Return (page, documents of its batches by hash) until nothing more is there, read as the runner does."""
    pages = []
    while True:
        page = await source.pull(cursor, 500)
        batches = [load_batch(copy) for copy in page.batches]
        held = {d.document_sha256: batch.document(d.document_sha256) for batch in batches for d in batch.documents}
        pages.append((page, held))
        cursor = page.cursor
        if not page.more:
            return pages


def documents_of(pages):
    """Return every document of the pages, by hash; twice is an error."""
    found = {}
    for _, held in pages:
        assert not found.keys() & held.keys()
        found |= held
    return found


def test_batches_arrive_once_each_with_the_bytes_that_the_system_made(tmp_path):
    """Every document comes through byte for byte; a second walk from the last cursor finds nothing."""
    made = transcripts()
    world = World(tmp_path, made)
    pages = world.pulled()
    assert documents_of(pages) == {hashlib.sha256(canonical(t)).hexdigest(): canonical(t) for t in made}
    again = world.pulled(pages[-1][0].cursor)
    assert [page.batches for page, _ in again] == [()]


def test_a_batch_comes_again_when_its_cursor_was_not_kept(tmp_path):
    """Killed between reading and noting, the connector reads the same batch again, whole."""
    world = World(tmp_path)
    first, held = world.pulled()[0]
    again, held_again = world.pulled()[0]
    assert (first.cursor, held) == (again.cursor, held_again)


def test_what_the_signer_adds_is_delivered_with_the_batch(tmp_path):
    """Signatures and commands that the system's persons made come along; a report stays at home."""

    def sign(folder):
        (folder / "signatures").mkdir()
        for document in (folder / "documents").iterdir():
            (folder / "signatures" / f"{document.stem}.jws").write_text("a.b.c\n")
        (folder / "commands").mkdir()
        (folder / "commands" / "lenh-0001.json").write_text("{}")
        (folder / "report.jsonl").write_text("{}\n")

    world = World(tmp_path, sign=sign)
    page = asyncio.run(world.connector.source(world.opened()).pull(None, 500))
    batch = load_batch(page.batches[0])
    assert all(batch.signatures(d.document_sha256) == ("a.b.c",) for d in batch.documents)
    assert (batch.commands / "lenh-0001.json").read_text() == "{}"
    assert not (batch.folder / "report.jsonl").exists()


def test_a_batch_without_index_waits_and_holds_nothing_up(tmp_path):
    """Half delivered is not delivered: what is whole goes on, and the rest comes when its index stands."""
    world = World(tmp_path)
    index = next(path for path in sorted((world.folder / "gui").glob("*/batch.json")))
    aside = index.rename(tmp_path / "batch.json")
    early = world.pulled()
    aside.rename(index)
    late = world.pulled(early[-1][0].cursor)
    assert [copy.name for page, _ in late for copy in page.batches] == [index.parent.name]


def test_an_index_that_still_grows_is_waited_for(tmp_path):
    """What does not stand still is not read; when it stands it is."""
    world = World(tmp_path)
    opened = replace(world.opened(), settings={**world.settings, "settle_s": 5})
    source = world.connector.source(opened)

    async def run():
        first = await source.pull(None, 500)
        settles_in_s = source.settles_in_s()
        world.now += 6
        return first, settles_in_s, await source.pull(first.cursor, 500)

    first, settles_in_s, second = asyncio.run(run())
    assert (first.batches, settles_in_s, len(second.batches)) == ((), 5, 1)


def test_a_document_that_is_missing_is_told_once_and_stops_no_other(tmp_path):
    """A batch that lacks what its index names is refused, those behind it arrive."""
    world = World(tmp_path)
    batches = sorted((world.folder / "gui").iterdir())
    next((batches[0] / "documents").iterdir()).unlink()
    pages = world.pulled()
    told = [finding.code for page, _ in pages for finding in page.findings]
    assert told == ["BATCH_DAMAGED"]
    assert sum(len(page.batches) for page, _ in pages) == len(batches) - 1


def test_a_batch_that_nobody_completes_is_answered_to_the_system(tmp_path):
    """It is a record that could not be read: the runner answers those."""
    world = World(tmp_path)
    folder = min((world.folder / "gui").iterdir())
    next((folder / "documents").iterdir()).unlink()
    (record,) = [record for page, _ in world.pulled() for record in page.records]
    assert (record.place, record.value) == (f"gui/{folder.name}", None)
    assert [finding.code for finding in record.findings] == ["BATCH_DAMAGED"]


def test_a_folder_whose_name_cannot_be_taken_is_told(tmp_path):
    """One finding each; one with a dot is in the making."""
    world = World(tmp_path, made=transcripts()[:1])
    for name in ("Lớp 5A", "x" * 121, ".dang-chep"):
        (world.folder / "gui" / name).mkdir()
    last, _ = world.pulled()[-1]
    assert [(found.code, found.facts["name"]) for found in last.findings] == [
        ("FILE_NAME_WRONG", "Lớp 5A"), ("FILE_NAME_WRONG", "x" * 60),
    ]  # fmt: skip


def test_a_link_out_of_the_folder_is_never_followed(tmp_path):
    """Hostile: a document that is a link is refused, and what it leads to is copied nowhere."""
    world = World(tmp_path, faults=Faults(hostile=True))
    pages = world.pulled()
    assert [finding.code for page, _ in pages for finding in page.findings] == ["BATCH_DAMAGED"]
    assert "hong" not in {copy.name for page, _ in pages for copy in page.batches}


def test_a_batch_folder_that_is_a_link_is_passed_over_and_told(tmp_path):
    """A link among the batches leads nowhere."""
    world = World(tmp_path, made=transcripts()[:1])
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "batch.json").write_text("{}")
    (world.folder / "gui" / "link").symlink_to(outside)
    pages = world.pulled()
    assert [page.batches for page, _ in pages][1:] == [()]
    assert "FILE_NAME_WRONG" in [finding.code for page, _ in pages for finding in page.findings]


def test_a_batch_delivered_twice_has_the_same_bytes_under_both_names(tmp_path):
    """A duplicate is recognised by its documents, by whoever reads them."""
    world = World(tmp_path, made=transcripts()[:3], faults=Faults(duplicate_page=True))
    pages = [(page.batches, held) for page, held in world.pulled() if page.batches]
    assert len(pages) >= 2
    assert pages[0][1] == pages[1][1]


def test_a_folder_that_is_gone_is_unavailable(tmp_path):
    """No share, no error of ours: it is tried again."""
    world = World(tmp_path, made=[])
    world.folder.rename(tmp_path / "away")
    with pytest.raises(Unavailable) as caught:
        world.pulled()
    assert caught.value.code == "SYSTEM_UNREACHABLE"


def test_a_cursor_of_something_else_is_refused(tmp_path):
    """A cursor that this connector did not make is not guessed at."""
    with pytest.raises(Refused) as caught:
        World(tmp_path, made=[]).pulled('{"moc": 3}')
    assert caught.value.code == "CURSOR_REFUSED"


def test_a_leaving_pupil_has_a_round_of_their_own(tmp_path):
    """Transfer rounds are numbered through the school, whichever class comes first."""
    leaving = [msgspec.structs.replace(t, period="semester_1") for t in transcripts()]
    pages = World(tmp_path, leaving).pulled()
    numbers = {}
    for name in sorted((tmp_path / "system" / "gui").iterdir()):
        index = json.loads((name / "batch.json").read_bytes())
        numbers.setdefault(index["school"], []).extend(row["round"]["number"] for row in index["documents"])
    assert pages
    for found in numbers.values():
        assert sorted(found) == list(range(1, len(found) + 1))


def an_answer(**changed):
    """Return a receipt's answer of the hub."""
    values = {
        "answer_id": "a" * 64, "kind": "receipt", "group": "g", "school": "01020001", "school_year": "2025-2026",
        "at": "2026-06-10T03:00:00Z", "outcome": "accepted", "record_key": "k",
        "statement": base64.b64encode("Biên nhận".encode()).decode(), "signature": "x.y.z",
    }  # fmt: skip
    return Answer(**{**values, **changed})


def test_an_answer_is_a_file_with_the_signed_receipt_as_it_is(tmp_path):
    """The system finds Sở's statement and signature byte for byte."""
    world = World(tmp_path, made=[])
    asyncio.run(world.connector.sink(world.opened()).write([an_answer()]))
    found = json.loads((world.folder / "tra-loi" / f"{'a' * 64}.json").read_bytes())
    assert base64.b64decode(found["statement"]).decode() == "Biên nhận"
    assert found["signature"] == "x.y.z"
    assert [(answer["id"], answer["outcome"]) for answer in world.system.answers()] == [("a" * 64, "accepted")]


def test_documents_of_an_answer_are_files_of_their_bytes(tmp_path):
    """A correction's new version and an incoming pupil's history stand beside, named by their hashes."""
    world = World(tmp_path, made=[])
    document = canonical(transcripts()[0])
    answer = an_answer(kind="correction", outcome="corrected", documents=(document.decode(),))
    asyncio.run(world.connector.sink(world.opened()).write([answer]))
    sha256 = hashlib.sha256(document).hexdigest()
    assert (world.folder / "tra-loi" / f"{sha256}.json").read_bytes() == document
    assert world.system.answers()[0]["documents"] == [sha256]


def test_an_answer_written_again_changes_nothing(tmp_path):
    """Killed before the note, the same answer is written again: one file, the same bytes."""
    world = World(tmp_path, made=[])
    for _ in range(2):
        asyncio.run(world.connector.sink(world.opened()).write([an_answer()]))
        kept = {path.name: path.read_bytes() for path in (world.folder / "tra-loi").iterdir()}
    assert list(kept) == [f"{'a' * 64}.json"]
    assert len(world.system.answers()) == 1


def test_the_system_started_again_delivers_nothing_twice(tmp_path):
    """Killed and started anew, the simulated system has the same batches."""
    world = World(tmp_path)
    before = sorted(path.name for path in (world.folder / "gui").iterdir())
    asyncio.run(world.system.start())
    assert sorted(path.name for path in (world.folder / "gui").iterdir()) == before
