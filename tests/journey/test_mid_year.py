"""A pupil moves in the middle of a year: the old school answers for semester 1, the new one for the rest."""

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from hub.cli import main
from hub.client import make_bundle
from hub.decision.basis import BASIS_CODES
from hub.domain import pupil_of
from hub.domain.transcript import Basis
from hub.local.population import SignedDocument
from tests.journey.correcting import Correcting, corrected
from tests.journey.deciding import lock_this
from tests.journey.staying import (
    YEAR_END,
    Stay,
    a_stay,
    basis_codes,
    first_semester,
    lock_years,
    state_at_so,
)
from tests.journey.transferring import boxes, enter_key, opened
from tests.journey.world import LockedRound, World, eventually

OLD, NEW = "ha-noi", "nghe-an"
Typed = Callable[..., tuple[int, list[dict[str, Any]]]]


@pytest.fixture(scope="module")
def stays(world: World) -> dict[str, Stay]:
    """Three pupils moved and their years are locked at the new school; one has a mark that the old one never gave."""
    old, new = world.school(OLD, 1), world.school(NEW, 1)
    key = enter_key(world, new)
    made = {"good": a_stay(world, old, new, key), "spoiled": a_stay(world, old, new, key, spoil=True)}
    made["amended"] = a_stay(world, old, new, key)
    documents = {}
    for stay in made.values():
        stay.move()
    good = made["good"]
    basis = (replace(good.year.basis[0], document_sha256=made["spoiled"].semester.sha256),)  # type: ignore[index]
    good.tries["another's"] = good.submit(replace(good.year, basis=basis))[0]
    for name, stay in made.items():
        stay.tries["delivered"], documents[name] = stay.submit()
        assert stay.tries["delivered"].outcome == "accepted", stay.tries
    lock_years(world, new, list(documents.values()))
    return made


@pytest.fixture
def typed(world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Typed:
    """Type a command of `hub` with --json; returns its exit code and the lines."""

    def run(*arguments: object, data: bool = True) -> tuple[int, list[dict[str, Any]]]:
        more = ("--data", world.hub.data) if data else ()
        monkeypatch.setattr(sys, "argv", [str(one) for one in ("hub", *arguments, "--json", *more)])
        with pytest.raises(SystemExit) as left:
            main()
        out = capsys.readouterr()
        assert out.out, out.err
        return int(left.value.code or 0), [json.loads(line) for line in out.out.splitlines()]

    return run


def test_year_stands_when_its_semester_was_delivered_and_signed_for(stays: dict[str, Stay]) -> None:
    """Before that it is refused with what is missing, and the same transcript may come again."""
    tries = {name: (answer.outcome, basis_codes(answer)) for name, answer in stays["good"].tries.items()}
    assert tries == {
        "before": ("refused", {"BASIS_UNKNOWN"}),
        "on its way": ("refused", {"BASIS_NOT_DELIVERED"}),
        "another's": ("refused", {"BASIS_OTHER_PUPIL"}),
        "delivered": ("accepted", set()),
    }


def test_year_that_claims_another_mark_is_flagged_where_the_contents_are_known(stays: dict[str, Stay]) -> None:
    """The Sở of the new school saw hashes alone; Bộ has both documents."""
    stay = stays["spoiled"]
    assert basis_codes(stay.tries["delivered"]) == set()
    told = stay.flagged("BASIS_MARKS_DIFFER")
    assert (told.outcome, told.state, told.to.school) == ("accepted", "closed", stay.moving.receiving.code)
    assert told.flagged == stay.world.signed(stay.year).sha256


def test_year_is_valid_by_both_schools_signatures(
    world: World, stays: dict[str, Stay], typed: Typed, tmp_path: Path
) -> None:
    """The year's evidence file beside that of the semester as it was delivered; each school's people are named."""
    stay, files = stays["good"], [tmp_path / "year.json", tmp_path / "semester.json"]
    old, new = stay.moving.sending, stay.moving.receiving
    made = make_bundle(NEW, world.hub.so_url(NEW), [pupil_of(stay.year)], stay.year.school_year, school=new.code)
    files[0].write_bytes(made.bundle)
    files[1].write_bytes(opened(boxes(stay.moving, 1, 1)[0], stay.key))
    trusted = [part for so in (OLD, NEW) for part in ("--roots", world.hub.secrets / f"so-{so}")]
    code, (alone,) = typed("verify", files[0], *trusted, data=False)
    assert (code, alone["verdict"]) == (0, "valid")
    assert [(s["school"], s["verdict"]) for s in alone["semesters"]] == [(old.code, "not_given"), (new.code, "valid")]
    code, (both,) = typed("verify", files[0], "--basis", files[1], *trusted, data=False)
    assert (code, both["verdict"], [f["code"] for f in both["findings"]]) == (0, "valid", [])
    shown = [(s["semester"], s["school"], s["so"], s["verdict"]) for s in both["semesters"]]
    assert shown == [(1, old.code, OLD, "valid"), (2, new.code, NEW, "valid")]
    assert [{by["person"] for by in s["signers"] if by["role"] == "principal"} for s in both["semesters"]] == [
        {f"HT-{old.code}-001"}, {f"HT-{new.code}-001"},
    ]  # fmt: skip
    code, (foreign,) = typed("verify", files[0], "--basis", files[0], *trusted, data=False)
    assert (code, foreign["verdict"]) == (1, "invalid")


def test_history_tells_who_answers_for_which_semester(stays: dict[str, Stay], typed: Typed) -> None:
    """Of the year that claims another mark it says so, by the documents themselves."""
    for name, verdict, found in (("good", "valid", set()), ("spoiled", "invalid", {"BASIS_MARKS_DIFFER"})):
        stay = stays[name]
        old, new = stay.moving.sending, stay.moving.receiving
        _, (shown,) = typed("history", "--school", new.code, "--student", stay.year.student.student_code)
        year = next(one for one in shown["years"] if one["period"] == "year")
        assert [(s["semester"], s["school"]) for s in year["semesters"]] == [(1, old.code), (2, new.code)]
        assert (year["verdict"], set(year["codes"]) & BASIS_CODES) == (verdict, found)
        assert [s["verdict"] for s in year["semesters"]] == ["valid", "valid"]


def test_new_school_cannot_correct_the_old_schools_semester(stays: dict[str, Stay]) -> None:
    """It holds evidence of the document; the right to correct stays with the school that issued it."""
    stay = stays["good"]
    new = stay.moving.receiving
    _, as_own = Correcting.request(stay.world, replace_school(stay.locked, new))
    _, as_theirs = Correcting.request(stay.world, stay.locked, acting=new)
    assert (as_own.outcome, as_own.codes) == ("refused", {"CORRECTION_BASE_UNKNOWN"})
    assert as_theirs.outcome == "refused"
    assert as_theirs.codes == {"CORRECTION_ISSUER_WRONG"}


def replace_school(locked: LockedRound, school: Any) -> LockedRound:
    """Return the round as if that school had locked it."""
    return LockedRound(
        school, locked.name, locked.transcripts, locked.documents, locked.submitted, locked.requested, locked.lock_id
    )


def test_correction_of_semester_1_arrives_and_flags_the_year_that_took_its_marks(
    stays: dict[str, Stay], typed: Typed
) -> None:
    """A further delivery, which the new school signs for again; its own year stands until it corrects that itself."""
    stay = stays["amended"]
    world, moving, locked = stay.world, stay.moving, stay.locked
    correction, _ = Correcting.request(world, locked)
    name = correction.opened((datetime.now(UTC) + timedelta(hours=1)).replace(microsecond=0))
    new = world.signed(corrected(locked.transcripts[0], locked.documents[0]))
    for command in (world.submission(locked.school, [new], name), world.lock(locked.school, [new.sha256], name)):
        (answer,) = world.ask(command)
        assert answer.outcome == "accepted", answer
    told = moving.delivered(2)
    assert (told.state, told.awaited, told.documents) == ("amended", "acknowledgement", (new.sha256,))
    assert opened(boxes(moving, 2, 1)[0], stay.key)
    flag = stay.flagged("BASIS_CORRECTED")
    assert flag.codes == ("BASIS_CORRECTED",)
    assert world.states(NEW, [str(flag.flagged)]) == {flag.flagged: "locked"}
    assert moving.take(moving.acknowledge([new.sha256], 2)).state == "closed"
    eventually("both notices at the Sở", lambda: state_at_so(world, moving) == "closed")
    ways = (("--so", NEW, "--school", moving.receiving.code), ("--so", NEW), ("--bo",))
    for way in ways:
        shown = typed("transfer", "status", moving.id, *way)[1]
        (at,) = [one for one in shown if one.get("school") in (None, moving.receiving.code)]
        assert (at["state"], at["delivery"]) == ("closed", 2)
        assert [(f["document"], f["codes"]) for f in at["flags"]] == [(flag.flagged, ["BASIS_CORRECTED"])]
    _, (history,) = typed("history", "--school", moving.receiving.code, "--student", stay.year.student.student_code)
    year = next(one for one in history["years"] if one["period"] == "year")
    assert (year["verdict"], set(year["codes"]) & BASIS_CODES) == ("valid", {"BASIS_CORRECTED"})
    assert [s["verdict"] for s in year["semesters"]] == ["superseded", "valid"]
    follow(stay, new)
    eventually(
        "Bộ to have the new year",
        lambda: not typed("transfer", "status", moving.id, "--bo")[1][0]["flags"][0]["current"],
    )
    assert len(typed("transfer", "status", moving.id, "--bo")[1][0]["flags"]) == 1


def follow(stay: Stay, semester: SignedDocument) -> None:
    """The new school corrects its own year: it rests on the corrected semester then."""
    world, year = stay.world, stay.year
    document = world.signed(year)
    made = LockedRound(stay.moving.receiving, YEAR_END, (year,), (document,), None, None, b"")  # type: ignore[arg-type]
    correction, answer = Correcting.request(world, made, fields=("$.basis",))
    assert answer.outcome == "accepted", answer
    name = correction.opened((datetime.now(UTC) + timedelta(hours=1)).replace(microsecond=0))
    basis = (replace(year.basis[0], document_sha256=semester.sha256),)  # type: ignore[index]
    new = world.signed(corrected(year, document, basis=basis))
    for command in (world.submission(made.school, [new], name), world.lock(made.school, [new.sha256], name)):
        (answer,) = world.ask(command)
        assert (answer.outcome, basis_codes(answer)) == ("accepted", set()), answer


def test_year_is_compared_with_a_document_of_the_same_province_itself(world: World) -> None:
    """Its Sở locked it and has the contents: another school beside it, or another mark, is refused at once."""
    old, new = world.school(OLD, 1), world.school(OLD, 2)
    semester = first_semester(world.pupil(old))
    document = lock_this(world, old, semester).documents[0]
    base = world.pupil(new)
    year = replace(
        base, student=replace(base.student, personal_id=semester.student.personal_id),
        basis=(Basis(document_sha256=document.sha256, period="semester_1", school=old.code),),
        subjects=tuple(replace(row, semester_1="0.1") if row.code == "TOAN" else row for row in base.subjects),
    )  # fmt: skip
    stranger = replace(year, basis=(replace(year.basis[0], school="01030999"),))  # type: ignore[index]
    other = replace(year, student=base.student)
    found = []
    for one in (year, stranger, other):
        (answer,) = world.ask(world.submission(new, [world.signed(one)], YEAR_END))
        found.append((answer.outcome, basis_codes(answer)))
    assert found == [
        ("refused", {"BASIS_UNKNOWN", "BASIS_MARKS_DIFFER"}),
        ("refused", {"BASIS_UNKNOWN", "BASIS_MARKS_DIFFER", "BASIS_OTHER_SCHOOL"}),
        ("refused", {"BASIS_UNKNOWN", "BASIS_OTHER_PUPIL"}),
    ]
