"""Commands at Sở that cannot stand: refused whole, or transcript by transcript, with a code; the next one goes on."""

from dataclasses import replace

import msgspec
import pytest

from hub.domain.statements import RegisterEntry, Submission, encode
from hub.kafka.headers import headers_of
from hub.kafka.producer import Sending
from hub.local.population import SignedDocument, Signer, SyntheticSchool
from hub.local.population.signed import instant_text
from hub.schemas import encode as encode_message
from tests.journey.world import COMPLETED, World


@pytest.fixture
def school(world: World) -> SyntheticSchool:
    """A primary school of Hà Nội."""
    return world.school("ha-noi")


def test_school_that_writes_for_another_is_refused(world: World, school: SyntheticSchool) -> None:
    """Neither another school's principal nor its documents get through under a school's name."""
    other = world.school("ha-noi", 4)
    stranger = Signer(f"HT-{other.code}-001", "principal")
    mine, theirs = world.signed(world.pupil(school)), world.signed(world.pupil(other))
    by_stranger = world.answered_and_on(school, world.submission(school, [mine], COMPLETED, issuer=stranger))
    assert by_stranger.outcome == "refused"
    assert "SIGNER_SCHOOL_WRONG" in by_stranger.codes
    carried = world.answered_and_on(school, world.submission(school, [theirs], COMPLETED))
    assert carried.documents[theirs.sha256] == ("refused", {"DOCUMENT_OTHER_SCHOOL"})
    signed_abroad = world.signed(world.pupil(school), other)
    refused = world.answered_and_on(school, world.submission(school, [signed_abroad], COMPLETED))
    assert "SIGNER_SCHOOL_WRONG" in refused.documents[signed_abroad.sha256][1]
    assert world.states("ha-noi", [d.sha256 for d in (mine, theirs, signed_abroad)]) == {}


def test_school_that_nobody_registered_is_refused(world: World) -> None:
    """A school of another Sở is unknown here, however well it signs."""
    abroad = world.school("nghe-an")
    record = world.submission(abroad, [world.signed(world.pupil(abroad))], COMPLETED)
    (place,) = world.send(replace(record, topic="hocba.so-ha-noi.command.v1"))
    answer = world.answer(place)
    assert answer.outcome == "refused"
    assert "SCHOOL_UNKNOWN" in answer.codes


def test_command_with_an_unknown_field_is_refused(world: World, school: SyntheticSchool) -> None:
    """A statement has a closed key set, and each of its transcripts counts as refused."""
    document = world.signed(world.pupil(school))
    statement = _statement(world, school, [document], world.command_id())
    payload = encode(statement).replace(b'"command_id"', b'"comment":"x","command_id"', 1)
    value = {
        "command_id": statement.command_id, "school": school.code, "statement": payload, "signature": "a..b",
        "encryption": None, "documents": [{"document": document.document, "signatures": list(document.signatures)}],
        "sources": [],
    }  # fmt: skip
    headers = headers_of("Submission", statement.command_id, f"/schools/{school.code}")
    record = Sending(
        f"hocba.so-{school.so}.command.v1", school.code.encode(), encode_message("Submission", value), headers
    )
    answer = world.answered_and_on(school, record)
    assert answer.outcome == "refused"
    assert answer.codes == {"STATEMENT_INVALID"}
    assert answer.documents[document.sha256][0] == "refused"


def _statement(world: World, school: SyntheticSchool, documents: list[SignedDocument], command_id: str) -> Submission:
    return Submission(
        command_id=command_id, documents=tuple(d.sha256 for d in documents), issued_at=instant_text(world.at),
        mode="each", round=COMPLETED, school=school.code, school_year=world.population.school_year,
        type="vn.hocba.submission/1",
    )  # fmt: skip


def test_same_command_again_gets_the_same_receipt(world: World, school: SyntheticSchool) -> None:
    """A repetition changes nothing and is answered with the same bytes."""
    record = world.good(school)
    first, again = world.ask(record, record)
    assert again.message == first.message
    (count,) = world.database("ha-noi").execute(
        "SELECT count(*) FROM inbox WHERE command_id = %s", (first.message["command_id"],)
    ).fetchone() or (0,)  # fmt: skip
    assert count == 1


def test_same_id_with_another_statement_is_refused(world: World, school: SyntheticSchool) -> None:
    """An id stands for one statement of its school for ever, and for another school's it stays free."""
    command_id, other = world.command_id(), world.school("ha-noi", 4)
    documents = [world.signed(world.pupil(s)) for s in (school, school, other)]
    records = [
        world.submission(s, [d], COMPLETED, command_id=command_id)
        for s, d in zip((school, school, other), documents, strict=True)
    ]
    first, second, elsewhere = world.ask(*records)
    assert (first.outcome, elsewhere.outcome) == ("accepted", "accepted")
    assert (second.outcome, second.codes) == ("refused", {"COMMAND_ID_REUSED"})
    assert second.documents[documents[1].sha256][0] == "refused"


def test_pupil_claimed_by_two_schools_is_held_until_one_recalls(world: World, school: SyntheticSchool) -> None:
    """Both documents are kept, neither can be locked; a recall frees the other one, which then locks."""
    other = world.school("ha-noi", 4)
    mine = world.leaver(school)
    theirs = msgspec.structs.replace(world.leaver(other), student=mine.student)
    first, second = world.signed(mine), world.signed(theirs)
    here, there = world.round_of(), world.round_of()
    (accepted,) = world.ask(world.submission(school, [first], here))
    (claimed,) = world.ask(world.submission(other, [second], there))
    assert accepted.states[first.sha256] == "open"
    assert claimed.documents[second.sha256] == ("accepted", {"PUPIL_CLAIMED_TWICE"})
    assert claimed.states[second.sha256] == "held"
    assert world.states("ha-noi", [first.sha256, second.sha256]) == {first.sha256: "held", second.sha256: "held"}
    (empty,) = world.ask(world.lock(school, [first.sha256], here))
    assert empty.codes == {"LOCK_EMPTY"}
    (recalled,) = world.ask(world.recall(other, second.sha256, there))
    assert recalled.outcome == "accepted"
    assert world.states("ha-noi", [first.sha256, second.sha256]) == {first.sha256: "open", second.sha256: "recalled"}
    (locked,) = world.ask(world.lock(school, [first.sha256], here))
    assert locked.outcome == "accepted"


def test_document_that_does_not_name_what_it_replaces_is_refused(world: World, school: SyntheticSchool) -> None:
    """A changed document names the current one; the refusal says which that is."""
    made = world.hand_in(school)
    changed = msgspec.structs.replace(made.transcripts[0], remarks="Đã sửa.")
    unnamed = world.signed(changed)
    (refused,) = world.ask(world.submission(school, [unnamed], made.name))
    assert refused.documents[unnamed.sha256] == ("refused", {"SUPERSEDES_MISSING"})
    assert refused.statement is not None
    (found,) = refused.statement.documents[0].findings or ()
    assert made.documents[0].sha256 in found["next_en"]
    named = world.signed(msgspec.structs.replace(changed, supersedes=made.documents[0].sha256, reason="Sửa nhận xét"))
    (accepted,) = world.ask(world.submission(school, [named], made.name))
    assert accepted.documents[named.sha256][0] == "accepted"
    assert world.states("ha-noi", [made.documents[0].sha256]) == {made.documents[0].sha256: "replaced"}


def test_lock_of_an_unknown_round_is_refused(world: World, school: SyntheticSchool) -> None:
    """Nothing was ever sent for it."""
    answer = world.answered_and_on(school, world.lock(school, ["00" * 32], world.round_of()))
    assert (answer.outcome, answer.codes) == ("refused", {"ROUND_UNKNOWN"})


def test_lock_of_an_empty_round_is_refused(world: World, school: SyntheticSchool) -> None:
    """Everything in it was recalled."""
    made = world.hand_in(school)
    (recalled,) = world.ask(world.recall(school, made.documents[0].sha256, made.name))
    assert recalled.outcome == "accepted"
    answer = world.answered_and_on(school, world.lock(school, [], made.name))
    assert (answer.outcome, answer.codes) == ("refused", {"LOCK_EMPTY"})


def test_lock_of_a_locked_round_is_refused(world: World, school: SyntheticSchool) -> None:
    """The refusal says who closed it and since when."""
    made = world.lock_in(school)
    answer = world.answered_and_on(school, world.lock(school, [made.documents[0].sha256], made.name))
    assert (answer.outcome, answer.codes) == ("refused", {"ROUND_CLOSED"})
    assert answer.statement is not None
    assert f"principal {school.code}" in answer.statement.findings[0]["en"]


def test_lock_whose_root_differs_is_refused_with_the_list(world: World, school: SyntheticSchool) -> None:
    """The principal means another set: the receipt lists what Sở accepted, and the round stays open."""
    made = world.hand_in(school, 2)
    hashes = sorted(d.sha256 for d in made.documents)
    for meant in (hashes[:1], [*hashes, "11" * 32], [hashes[0], "22" * 32]):
        answer = world.answered_and_on(school, world.lock(school, meant, made.name))
        assert (answer.outcome, answer.codes) == ("refused", {"LOCK_SET_DIFFERS"})
        assert answer.statement is not None
        assert answer.statement.findings[0]["facts"]["documents"].split() == hashes
    (accepted,) = world.ask(world.lock(school, hashes, made.name))
    assert accepted.outcome == "accepted"


def test_recall_of_an_unknown_document_is_refused(world: World, school: SyntheticSchool) -> None:
    """Neither a hash that nobody sent nor one of another school can be recalled."""
    other = world.hand_in(world.school("ha-noi", 4))
    for digest in ("33" * 32, other.documents[0].sha256):
        answer = world.answered_and_on(school, world.recall(school, digest, world.round_of()))
        assert (answer.outcome, answer.codes) == ("refused", {"DOCUMENT_UNKNOWN"})
    assert world.states("ha-noi", [other.documents[0].sha256]) == {other.documents[0].sha256: "open"}


def test_recall_twice_is_refused_and_the_document_may_come_again(world: World, school: SyntheticSchool) -> None:
    """A recalled document is not current; sent again it stands as a new version."""
    made = world.hand_in(school)
    digest = made.documents[0].sha256
    first, second = world.ask(world.recall(school, digest, made.name), world.recall(school, digest, made.name))
    assert (first.outcome, second.codes) == ("accepted", {"DOCUMENT_NOT_CURRENT"})
    (again,) = world.ask(world.submission(school, made.documents, made.name))
    assert (again.outcome, again.states[digest]) == ("accepted", "open")


def test_closed_school_is_refused(world: World) -> None:
    """After the day on which the register closes a school, its commands are answered with that day."""
    school = world.school("nghe-an", 2)
    grades = school.level.grades
    entry = RegisterEntry(
        entry_id=school.code,
        issued_at=instant_text(world.at),
        kind="school",
        payload={
            "closed_on": "2026-01-01", "code": school.code, "grades": [grades[0], grades[-1]], "name": school.name,
            "province": school.province(world.population.school_year), "so": school.so,
        },
        so=school.so,
        type="vn.hocba.register-entry/1",
        valid_from="2026-01-01T00:00:00Z",
    )  # fmt: skip
    (place,) = world.send(world.register(entry))
    world.until_done(school.so, "register", place)
    (answer,) = world.ask(world.good(school))
    assert (answer.outcome, answer.codes) == ("refused", {"SCHOOL_CLOSED"})
    assert answer.statement is not None
    assert "2026-01-01" in answer.statement.findings[0]["en"]
    neighbour = world.school("nghe-an")
    assert world.ask(world.good(neighbour))[0].outcome == "accepted"


def test_register_entry_that_no_registrar_signed_is_quarantined(world: World, school: SyntheticSchool) -> None:
    """A principal cannot make herself a registrar; the register's partition moves on."""
    entry = RegisterEntry(
        entry_id="HT-forged.principal", issued_at=instant_text(world.at), kind="official",
        payload={"certificate_sha256": "00" * 32, "person": "HT-forged", "role": "principal", "school": school.code},
        so="ha-noi", type="vn.hocba.register-entry/1", valid_from="2026-01-01T00:00:00Z",
    )  # fmt: skip
    good = world.register(entry)
    bad = replace(good, value=(good.value or b"").replace(b"HT-forged", b"HT-f0rged"), key=good.key)
    forged = replace(bad, key=(good.key or b"").replace(b"HT-forged", b"HT-f0rged"))
    (place,) = world.send(forged)
    for owner in ("ha-noi", "bo"):
        world.until_done(owner, "register", place)
        assert world.quarantine_code(owner, "register", place) == "REGISTRAR_UNKNOWN"
