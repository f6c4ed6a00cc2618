"""A pupil of three provinces has one history of eight years, each with the grade of evidence of where it was made."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hub.domain import province_of_year
from hub.domain.transcript import Transcript
from hub.kafka.producer import Sender
from hub.local.demo.closing import close_log
from hub.trust import grade_of, origin_of, read
from tests.journey.conftest import a_world
from tests.journey.provinces import GRADES, Played, eight_years, hand_in_here, lock_there, register_systems
from tests.journey.test_bundle import offline
from tests.journey.world import World
from tests.unit.evidence.node import second_verdict

pytestmark = pytest.mark.long

SOS = ("tien-giang", "hai-phong", "nghe-an")
EVIDENCE = (*["derived"] * 5, *["native"] * 2, "attested")
WHERE = (*["tien-giang"] * 5, *["hai-phong"] * 2, "nghe-an")
PROVINCES = (*[("82", "Tiền Giang")] * 5, *[("31", "Hải Phòng")] * 2, ("40", "Nghệ An"))
ROLES = {
    "derived": ["system_seal"], "native": ["homeroom_teacher", "principal", "school_seal"], "attested": ["so_seal"],
}  # fmt: skip


@pytest.fixture(scope="module")
def provinces(cache: Path) -> Iterator[World]:
    """A hub of three provinces, and of the Sở that took one of them over."""
    with a_world(cache, sos=SOS, by_hand=None) as made:
        yield made


@pytest.fixture(scope="module")
def pupil(provinces: World, tmp_path_factory: pytest.TempPathFactory) -> list[Transcript]:
    """Eight years, handed in where they were, locked, and known at Bộ; then the log of Tiền Giang ends."""
    folder = tmp_path_factory.mktemp("he-thong")
    folder.chmod(0o755)  # the database of Nghệ An runs as a user of its own
    every = eight_years(provinces)
    played = [
        Played(provinces, folder, "tien-giang", (t for years in every for t in years[:5])),
        Played(provinces, folder, "nghe-an", (years[7] for years in every)),
    ]
    try:
        register_systems(provinces, played)
        for one, count in zip(played, (5 * len(every), len(every)), strict=True):
            one.start()
            one.until("acceptance", lambda one=one, count=count: one.records() == {"accepted": count})
        for grade in (6, 7):
            hand_in_here(provinces, provinces.school("hai-phong", 1), [years[grade - 1] for years in every])
        lock_there(provinces, ("tien-giang", "nghe-an"))
        for one, count in zip(played, (5 * len(every), len(every)), strict=True):
            one.until("the lock", lambda one=one, count=count: one.records() == {"locked": count})
    finally:
        for one in played:
            one.close()
    asyncio.run(_end(provinces))
    return every[0]


async def _end(world: World) -> None:
    sender = Sender(world.hub.bootstrap)
    try:
        await close_log(world.hub, "tien-giang", "dong-thap", world.people, sender)
    finally:
        await sender.close()


@pytest.fixture(scope="module")
def history(
    provinces: World, pupil: list[Transcript], tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, Any], Path]:
    """What `hub history` says to whoever asks at the last school, and the evidence files that it writes."""
    out = tmp_path_factory.mktemp("chung-cu") / "files"
    command = [
        sys.executable, "-m", "hub.cli", "history", "--school", pupil[-1].school.code, "--student",
        pupil[-1].student.student_code, "--json", "--data", str(provinces.hub.data), "--out", str(out),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout), out


def test_eight_years_are_one_history_with_their_grades_and_provinces(
    pupil: list[Transcript], history: tuple[dict[str, Any], Path]
) -> None:
    """Each in the log of the Sở of its time, under the province code as it was meant then, proved anew."""
    shown, _ = history
    assert (shown["verdict"], shown["evidence"]) == ("valid", {"derived": 5, "native": 2, "attested": 1})
    years = shown["years"]
    assert [one["school_year"] for one in years] == [f"{2017 + n}-{2018 + n}" for n in GRADES]
    assert [one["grade"] for one in years] == list(GRADES)
    assert [one["so"] for one in years] == list(WHERE)
    assert [one["evidence"] for one in years] == list(EVIDENCE)
    assert [(one["province"]["code"], one["province"]["name"]) for one in years] == list(PROVINCES)
    assert {one["province"]["now"] for one in years[:5]} == {"82 Đồng Tháp"}
    assert {one["verdict"] for one in years} == {"valid"}
    for one, made in zip(years, pupil, strict=True):
        meant = province_of_year(made.school.province, made.school_year)
        assert meant is not None
        assert one["province"]["name"] == meant.name
        assert one["tree_size"] > one["log_index"] >= 0
        assert {part for part, end in one["parts"].items() if end not in ("valid", "absent")} == set()
        assert one["parts"]["source"] == ("absent" if one["evidence"] == "native" else "valid")


@pytest.mark.parametrize("grade", GRADES)
def test_evidence_file_of_each_year_stands_before_both_verifiers(
    provinces: World, pupil: list[Transcript], history: tuple[dict[str, Any], Path], tmp_path: Path, grade: int
) -> None:
    """Offline, with the signatures of its grade; the second one leaves open what only the mapping can tell."""
    _, out = history
    so, evidence, made = WHERE[grade - 1], EVIDENCE[grade - 1], pupil[grade - 1]
    (file,) = out.glob(f"{made.school_year}-*")
    (tmp_path / "bundle.json").write_bytes(file.read_bytes())
    root = f"anchor-{so}.der"
    (tmp_path / root).write_bytes((provinces.hub.secrets / f"so-{so}" / root).read_bytes())
    code, shown = offline(tmp_path, "--roots", root)
    assert (code, shown["verdict"]) == (0, "valid")
    assert (shown["facts"]["evidence"], shown["facts"]["so"]) == (evidence, so)
    assert (shown["parts"]["source"] == "valid") is (evidence != "native")
    code, second = second_verdict(tmp_path / "bundle.json", "--roots", tmp_path / root)
    judged = (0, "valid", "absent") if evidence == "native" else (7, "unknown", "unknown")  # it runs no mapping
    assert (code, second["verdict"], second["parts"].pop("source")) == judged
    assert (set(second["parts"].values()), second["facts"]["evidence"]) == ({"valid"}, evidence)
    signatures = json.loads(file.read_bytes())["signatures"]
    assert [read(compact).header.hb_role for compact in signatures][-3:] == ROLES[evidence]
    origin = origin_of(signatures)
    assert (grade_of(signatures), None if origin is None else origin.mapping) == (
        evidence, {"derived": "tien-giang/3", "attested": "nghe-an/1", "native": None}[evidence]
    )  # fmt: skip
