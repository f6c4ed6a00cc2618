"""Answers as lots: receipts, corrections and incoming pupils in the system's own form, each once with equal bytes."""

import hashlib
from xml.etree.ElementTree import fromstring

from hub.connectors.sdk import Answer
from hub.connectors.tien_giang.class_files import NAMESPACE as CLASS_NAMESPACE
from hub.connectors.tien_giang.sink import NAMESPACE
from hub.domain import canonical, render
from hub.domain.findings import finding
from tests.connectors.tien_giang.systems import World, records_of, run, the_register, transcripts

MADE = transcripts(60, 2)
HOSTILE = "<script>&\"'\n]]> =1+1"


def an_answer(number, kind="receipt", group="g1", **more):
    """Return one answer of a group."""
    t = MADE[number]
    said = {
        "answer_id": hashlib.sha256(f"{kind}/{number}".encode()).hexdigest(), "kind": kind, "group": group,
        "school": t.school.code, "school_year": t.school_year, "at": "2026-06-15T08:00:00Z", "outcome": "accepted",
        "record_key": f"{t.school.code}/{t.school_year}/{t.student.student_code}/CN",
        "place": f"gui/lo-000001/ho-so-a.xml!{number}",
    }  # fmt: skip
    return Answer(**(said | more))


def files_below(world):
    """Return the bytes of our files by name."""
    root = world.system.files / "tra-loi"
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def written(tmp_path, *groups):
    """Write groups of answers one after another; return the files and what the system holds."""

    async def work():
        async with World(tmp_path, MADE) as world:
            for group in groups:
                await world.sink.write(group)
            return files_below(world), world.system.answers()

    return run(work())


def test_group_is_a_lot_with_its_control_file(tmp_path) -> None:
    """Name, hash and count of each file; no file that it does not name."""
    group = [an_answer(0), an_answer(1), an_answer(2, "correction", documents=(canonical(MADE[2]).decode(),))]
    files, held = written(tmp_path, group)
    (control,) = (name for name in files if name.endswith("kiem-soat.xml"))
    folder = control.rpartition("/")[0]
    root = fromstring(files[control])
    named = {f"{folder}/{each.attrib['ten']}": each.attrib for each in root}
    assert named.keys() == files.keys() - {control}
    assert root.attrib["soTep"] == "2"
    for name, said in named.items():
        assert hashlib.sha256(files[name]).hexdigest() == said["sha256"]
    assert sorted(said["soTraLoi"] for said in named.values()) == ["1", "2"]
    assert {(row["kind"], row["id"], row["offered"]) for row in held} == {(a.kind, a.answer_id, 1) for a in group}


def test_writing_twice_is_writing_once(tmp_path) -> None:
    """Equal bytes under equal names, whichever process writes them."""
    group = [an_answer(n) for n in range(3)] + [
        an_answer(3, "incoming_pupil", documents=(canonical(MADE[3]).decode(),))
    ]  # fmt: skip
    once, _ = written(tmp_path / "a", group)
    again, held = written(tmp_path / "b", group, group)
    assert once == again
    assert {row["offered"] for row in held} == {1}


def test_receipt_says_what_became_of_a_record_and_why(tmp_path) -> None:
    """Outcome in the system's words, code, text and next step in Vietnamese, Sở's signed receipt byte for byte."""
    told = render(finding("LOT_FILE_EXTRA", "gui/lo-000001/ho-so-la.xml"))
    files, _ = written(
        tmp_path, [an_answer(0, outcome="refused", findings=(told,), statement="bc+/=", signature="j.w.s")]
    )
    root = fromstring(next(data for name, data in files.items() if name.endswith("bien-nhan.xml")))
    (answer,) = root.iter(f"{{{NAMESPACE}}}KetQua")
    (found,) = answer.iter(f"{{{NAMESPACE}}}Loi")
    assert (answer.attrib["ketQua"], answer.attrib["hoSo"]) == ("TU-CHOI", an_answer(0).record_key)
    assert found.attrib["maLoi"] == "LOT_FILE_EXTRA"
    assert found.attrib["viecCanLam"]
    (receipt,) = root.iter(f"{{{NAMESPACE}}}BienNhan")
    assert [each.text for each in receipt] == ["bc+/=", "j.w.s"]


def test_corrected_document_comes_back_as_the_class_file_that_it_was(tmp_path) -> None:
    """What the system gets of us, read by the connector's own reader and mapping, is the document again."""
    files, _ = written(tmp_path, [an_answer(0, "correction", documents=(canonical(MADE[0]).decode(),))])
    data = next(data for name, data in files.items() if "dinh-chinh-" in name).decode()
    start, end = data.index("<HoSoLop"), data.index("</HoSoLop>") + len("</HoSoLop>")
    assert f'xmlns="{CLASS_NAMESPACE}"' in data[start:]

    async def work():
        async with World(tmp_path / "again", MADE) as world:
            return world.connector

    connector = run(work())
    (row,) = connector.rows(data[start:end].encode())
    assert connector.mapper.forward(row, the_register(MADE)).transcript == MADE[0]


def test_text_of_an_answer_is_never_markup(tmp_path) -> None:
    """Whatever stands in a key or a place."""
    files, held = written(tmp_path, [an_answer(0, record_key=HOSTILE, place=HOSTILE, group=HOSTILE)])
    root = fromstring(next(data for name, data in files.items() if name.endswith("bien-nhan.xml")))
    (answer,) = root.iter(f"{{{NAMESPACE}}}KetQua")
    assert (answer.attrib["hoSo"], answer.attrib["tep"]) == (HOSTILE, HOSTILE)
    assert len(held) == 1
    assert all(name.startswith("tra-loi-") and ".." not in name for name in files)


def test_answers_are_not_read_as_lots(tmp_path) -> None:
    """They lie beside what the system sends."""

    async def work():
        async with World(tmp_path, MADE) as world:
            before = await world.walk()
            await world.sink.write([an_answer(0)])
            return before, await world.walk(before[-1].cursor)

    before, after = run(work())
    assert len(records_of(before)) == len(MADE)
    assert [(page.records, page.findings) for page in after] == [((), ())]
