"""The connector over a real SFTP server: lots that are well, each fault by name, kills, and published attacks."""

import hashlib

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from hub.connectors.signed import read_xades
from hub.connectors.simulating import Faults
from hub.connectors.simulating.faults import LOT_FAULTS
from hub.connectors.tien_giang.simulated_lots import SignedFile, lot_files
from hub.domain import canonical
from hub.errors import Refused
from tests.connectors.checking import vectors
from tests.connectors.tien_giang.systems import (
    World,
    read_of,
    records_of,
    run,
    the_register,
    told_of,
    transcripts,
)

# What is told of each fault: codes of refused records, codes of pages, and how many of the lots are not read.
TOLD = {
    "late-lot": ([], ["LOT_LATE"], 0), "repeated-lot": ([], ["LOT_REPEATED"], 0),
    "reused-number": (["LOT_NUMBER_REUSED"], [], 0), "missing-control": (["LOT_CONTROL_MISSING"], [], 1),
    "wrong-count": (["LOT_COUNT_WRONG"], [], 1), "missing-file": (["LOT_FILE_MISSING"], [], 1),
    "damaged-file": (["LOT_FILE_DIFFERS"], [], 1), "extra-file": (["LOT_FILE_EXTRA"], [], 0),
    "replaced-file": (["LOT_RECORD_NOT_REPEATED"], [], 0), "wrong-signer": (["SOURCE_CERTIFICATE_UNKNOWN"], [], 0),
    "wrapped-signature": (["SOURCE_XML_SIGNATURE_MOVED"], [], 0),
}  # fmt: skip
FILES_REFUSED = ("wrong-signer", "wrapped-signature")


def keys_of(lots):
    """Return the keys of the records of lots, or of classes."""
    return {
        f"{r['Truong']['ma']}/{r['NamHoc']}/{r['HocSinh']['ma']}/{r['Ky']}" for held in lots for r in held
    }  # fmt: skip


def test_every_record_becomes_the_document_that_it_was(tmp_path) -> None:
    """Through lots, signatures and pages; each names the signed file that it stands in, which is given once."""

    async def work():
        async with World(tmp_path) as world:
            return world, await world.walk(limit=20)

    world, pages = run(work())
    register = the_register(world.made)
    made = [world.connector.mapper.forward(record, register).transcript for record in records_of(pages)]
    assert sorted(canonical(t) for t in made) == sorted(map(canonical, world.made))
    assert told_of(pages) == ([], [])
    assert world.system.left_out == 0
    for page in pages:
        given = {hashlib.sha256(data).hexdigest() for data in page.sources}
        assert {record.source_sha256 for record in page.records} == given
        assert len(page.sources) == len(given)
        assert len(page.records) <= 20


def test_records_of_both_sides_of_the_merger_state_their_province(tmp_path) -> None:
    """Code 82 in both; whose it is the year says."""

    async def work():
        async with World(tmp_path) as world:
            return world, await world.walk()

    world, pages = run(work())
    mapped = [world.connector.mapper.forward(record, the_register(world.made)) for record in records_of(pages)]
    assert {(one.school_year, one.province) for one in mapped} == {("2024-2025", "82"), ("2025-2026", "82")}


def test_each_fault_is_one_that_a_test_knows() -> None:
    """A fault that nobody looks at would show nothing."""
    assert set(TOLD) == set(LOT_FAULTS)


@pytest.mark.parametrize("fault", LOT_FAULTS)
def test_fault_is_told_and_everything_else_goes_on(tmp_path, fault) -> None:
    """One code for each; all that is not touched by it is read."""

    async def work():
        async with World(tmp_path, faults=Faults(lots=frozenset({fault}))) as world:
            return world.system.lots, await world.walk()

    lots, pages = run(work())
    refused, told, unread = TOLD[fault]
    assert told_of(pages) == (refused, told)
    wanted = keys_of(held for lot in lots[: len(lots) - unread] for held in lot.classes)
    if fault in FILES_REFUSED:
        wanted -= keys_of([lots[0].classes[-1]])
    assert set(read_of(pages)) == wanted


def test_all_faults_together_stop_nothing_else(tmp_path) -> None:
    """Those of the first lot and those of the last; the lots between are read."""
    shown = frozenset({"repeated-lot", "reused-number", "extra-file", "replaced-file", "wrong-signer", "damaged-file"})

    async def work():
        async with World(tmp_path, faults=Faults(lots=shown, errors=5)) as world:
            return world.system.lots, await world.walk()

    lots, pages = run(work())
    assert keys_of(held for lot in lots[1:-1] for held in lot.classes) <= set(read_of(pages))
    assert set(told_of(pages)[0]) == {code for fault in shown for code in TOLD[fault][0]}


def test_replacement_makes_one_new_version_and_deletes_nothing(tmp_path) -> None:
    """The record that changed; the one that is left out is told under its own number, and was read before."""

    async def work():
        async with World(tmp_path, faults=Faults(lots=frozenset({"replaced-file"}))) as world:
            return world.system.lots, await world.walk()

    lots, pages = run(work())
    versions = {}
    for record in records_of(pages):
        versions.setdefault(record.key, set()).add(record.version)
    first, *_, last = (keys_of([[record]]).pop() for record in lots[0].classes[0])
    assert {key for key, seen in versions.items() if len(seen) > 1} == {first}
    assert {key for key in versions if key.startswith("thieu/")} == {f"thieu/{last}"}
    assert last in read_of(pages)


def test_half_written_lot_is_waited_for(tmp_path) -> None:
    """Files that grow, the control file among them: nothing is refused, and everything arrives."""
    made = transcripts(12, 1)

    async def work():
        async with World(tmp_path, made, Faults(half_written=True), settle_s=2.0) as world:
            wanted = keys_of(held for lot in world.system.lots for held in lot.classes)
            return wanted, await world.walk(enough=lambda pages: wanted <= set(read_of(pages)))

    wanted, pages = run(work())
    refused, told = told_of(pages)
    assert (refused, set(told) - {"FILE_STILL_WRITTEN"}) == ([], set())
    assert set(read_of(pages)) == wanted


def test_lot_that_lacks_its_control_file_is_read_when_that_comes(tmp_path) -> None:
    """Whoever copies files one by one is waited for, and is told only after ten minutes."""

    async def work():
        async with World(tmp_path, faults=Faults(lots=frozenset({"missing-control"})), settle_s=0.2) as world:
            before = await world.walk(enough=lambda pages: bool(told_of(pages)[1]))
            world.system.send(lot_files(world.system.lots[-1].lot, world.system.lots[-1].files))
            wanted = keys_of(world.system.lots[-1].classes)
            return before, wanted, await world.walk(before[-1].cursor, enough=lambda p: wanted <= set(read_of(p)))

    before, wanted, after = run(work())
    assert told_of(before) == ([], ["FILE_STILL_WRITTEN"])
    assert set(read_of(after)) == wanted
    assert told_of(after) == ([], [])


@pytest.mark.parametrize("anew", [False, True])
def test_reading_goes_on_where_it_was(tmp_path, anew) -> None:
    """Every page by another process, in the middle of lots: nothing twice, nothing lost, no repetition told."""

    async def work():
        async with World(tmp_path, transcripts(60, 2), Faults(errors=7)) as world:
            return world, await world.walk(limit=7, anew=anew)

    world, pages = run(work(), 120)
    assert len(records_of(pages)) == len(world.made)
    assert len(read_of(pages)) == len(world.made)
    assert told_of(pages) == ([], [])
    for page in pages:
        assert {r.source_sha256 for r in page.records} == {hashlib.sha256(data).hexdigest() for data in page.sources}


def test_lot_that_was_read_is_not_read_again(tmp_path) -> None:
    """Nor when its files are written once more with the same bytes."""

    async def work():
        async with World(tmp_path) as world:
            pages = await world.walk()
            for path in world.system.files.rglob("*.xml"):
                data = path.read_bytes()
                path.unlink()
                path.write_bytes(data)
            return await world.walk(pages[-1].cursor)

    assert run(work())[0].records == ()


def test_signature_of_every_source_holds(tmp_path) -> None:
    """What is handed on is what was signed, byte for byte."""

    async def work():
        async with World(tmp_path) as world:
            key = world.system.key
            return key, await world.walk()

    key, pages = run(work())
    certificate = key.certificate.public_bytes(Encoding.DER)
    for page in pages:
        for data in page.sources:
            assert read_xades(data, [certificate]).signer_sha256


@pytest.mark.parametrize("signers", [None, {}, {"certificates": []}, {"certificates": ["khong-co.pem"]}, {"khac": 1}])
def test_instance_without_pinned_signers_does_not_start(tmp_path, signers) -> None:
    """There is no default: without them nothing could be trusted."""

    async def work():
        async with World(tmp_path) as world:
            world.settings = {**world.settings, "signers": signers}
            world.open()

    with pytest.raises(Refused) as refused:
        run(work())
    assert refused.value.code == "SYSTEM_ADDRESS_WRONG"
    assert "signers" in refused.value.facts["reason"]


@pytest.mark.skipif(vectors() is None, reason="no published attacks (HUB_VECTORS)")
def test_published_attacks_are_refused_with_their_code(tmp_path) -> None:
    """Each as a class file of a lot that agrees with it, and as a control file; the good file beside it is read."""
    documents = {path.stem: path.read_bytes() for path in sorted((vectors() / "xml" / "docs").glob("*.xml"))}
    made = transcripts(12, 1)

    async def work():
        async with World(tmp_path, made) as world:
            good = world.system.lots[0].files[0]
            for number, (name, data) in enumerate(documents.items(), 100):
                lot = f"{number:06}"
                evil = SignedFile(f"ho-so-{name}.xml", data, 1)
                world.system.send(lot_files(lot, (evil,)))
                world.system.send({f"gui/kiem-soat-{lot}/kiem-soat.xml": data, f"gui/kiem-soat-{lot}/a.xml": good.data})
            return await world.walk()

    pages = run(work())
    assert len(read_of(pages)) == len(made)
    told = {r.place: [f.code for f in r.findings] for r in records_of(pages) if r.value is None}
    files = {place: codes for place, codes in told.items() if "/ho-so-" in place}
    controls = {place: codes for place, codes in told.items() if place.endswith("/kiem-soat.xml")}
    assert len(files) == len(controls) == len(documents)
    assert {code for codes in files.values() for code in codes} <= {
        "SOURCE_XML_FORBIDDEN", "SOURCE_XML_ENCODING", "SOURCE_XML_MALFORMED", "SOURCE_XML_TOO_COMPLEX",
        "SOURCE_XML_SIGNATURE_MISSING",
    }  # fmt: skip
    assert all(codes == ["LOT_CONTROL_WRONG"] for codes in controls.values())


def test_attacks_with_a_signature_are_refused_one_by_one(tmp_path) -> None:
    """An entity, a wrapped and a stranger's signature, changed content, in a lot that agrees in itself."""

    async def work():
        async with World(tmp_path, faults=Faults(hostile=True)) as world:
            return world.made, await world.walk()

    made, pages = run(work())
    assert len(read_of(pages)) == len(made)
    assert sorted(code for code in told_of(pages)[0] if code.startswith("SOURCE_")) == [
        "SOURCE_CERTIFICATE_UNKNOWN", "SOURCE_XML_CONTENT_DIFFERS", "SOURCE_XML_FORBIDDEN",
        "SOURCE_XML_SIGNATURE_MOVED",
    ]  # fmt: skip
