"""A pupil's way between two provinces' own systems on real servers: out of one's connector, into the other's tables.

Hà Nội's system gives signed batches; Nghệ An's is a database. Both are played, their connectors and the hub are not.
"""

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from hub.client.transfer_folder import recompute
from hub.connect import look
from hub.connectors.sdk import Context, SourceRecord, load, version_of
from hub.domain import canonical
from hub.domain.statements import RoundName
from hub.domain.transcript import School, Transcript
from hub.local.pki import PASSWORD
from hub.local.population import SyntheticSchool
from tests.journey.correcting import Correcting, corrected
from tests.journey.provinces import Played
from tests.journey.typed_transfers import Mover, Run, enter_key
from tests.journey.world import LockedRound, World, eventually

OLD, NEW = "ha-noi", "nghe-an"


class Receiving(Played):
    """Nghệ An's system with its connector, which takes the histories of one school."""

    def __init__(self, world: World, folder: Path, run: Run, school: SyntheticSchool) -> None:
        super().__init__(world, folder, NEW, [])
        key = enter_key(world, run, school, self.folder)
        password, roots = self.folder / "password", self.folder / "roots"
        password.touch(mode=0o600)
        password.write_text(PASSWORD, encoding="utf-8")
        roots.mkdir()
        for anchor in world.hub.secrets.glob("so-*/anchor-*.der"):
            shutil.copy(anchor, roots)
        row = {"school": school.code, "key_file": key.name, "password_file": password.name}
        self.settings["transfers"] = {"roots": roots.name, "school": [row]}

    def incoming(self) -> list[dict[str, Any]]:
        """Return the rows of incoming pupils, oldest first."""
        return [dict(row) for row in self._system.answers() if row["kind"] == "incoming_pupil"]

    def notices(self) -> dict[str, dict[str, Any]]:
        """Return what people are told, by code."""
        return {one["code"]: one["facts"] for one in look(self.store, datetime.now(UTC)).notices}


@pytest.fixture
def sent(world: World, tmp_path: Path) -> Iterator[LockedRound]:
    """Hà Nội's connector has handed a pupil's semester in, and the school has locked it."""
    school = world.school(OLD)
    transcript = world.leaver(school)
    system = Played(world, tmp_path, OLD, [transcript])
    system.start()
    system.until("the receipt", lambda: system.records() == {"accepted": 1})
    yield _locked(world, school, transcript, system)
    system.close()


def _locked(world: World, school: SyntheticSchool, transcript: Transcript, system: Played) -> LockedRound:
    document = world.signed(transcript)
    (row,) = system.store.all("records_with_document", so=OLD, document_sha256=document.sha256)
    cohort, _, number = row["round"].partition("/")
    name = RoundName(cohort=cohort, number=int(number))
    (asked,) = world.ask(world.lock(school, [document.sha256], name))
    assert asked.outcome == "accepted", asked
    return LockedRound(school, name, (transcript,), (document,), asked, asked, b"")


def _read_there(row: dict[str, Any], school: School) -> Transcript | None:
    """Read a row as the receiving system's own mapping does."""
    (value,) = json.loads(row["hoc_ba"], parse_float=Decimal)
    record = SourceRecord(version_of(value), version_of(value), "tiep_nhan", value)
    return load(NEW).mapper.forward(record, Context(lambda *_: school)).transcript


def test_history_goes_from_one_system_into_the_other_and_the_school_signs_for_it(
    world: World, run: Run, tmp_path: Path, sent: LockedRound
) -> None:
    """The runner receives, proves, keeps and writes; the school signs over its folder; a correction replaces it."""
    locked, transcript, new = sent, sent.transcripts[0], world.school(NEW)
    receiving = Receiving(world, tmp_path, run, new)
    try:
        receiving.start()
        mover = Mover(world, run, transcript, locked.school, new)
        assert mover.until_sent() == "sent"
        receiving.until("the history", receiving.incoming)
        (row,) = receiving.incoming()
        assert (row["ma_truong"], row["loi"]) == (new.code, "[]")
        assert _read_there(row, transcript.school) == transcript
        told = receiving.notices()["CONNECTOR_TRANSFER_RECEIVED"]
        folder = Path(told["folder"])
        assert recompute(folder, mover.id, new.code).documents == (locked.documents[0].sha256,)
        assert mover.shown(new)["state"] == "sent"

        code, state, _ = mover.step("acknowledge", new, person="DAU", role="school_seal", folder=folder)
        assert (code, state) == (0, "closed")
        receiving.until("the end to be heard", lambda: "CONNECTOR_TRANSFER_RECEIVED" not in receiving.notices())

        correction, _ = Correcting.request(world, locked)
        name = correction.opened((datetime.now(UTC) + timedelta(hours=1)).replace(microsecond=0))
        later = corrected(transcript, locked.documents[0])
        signed = world.signed(later)
        for command in (
            world.submission(locked.school, [signed], name),
            world.lock(locked.school, [signed.sha256], name),
        ):
            (answer,) = world.ask(command)
            assert answer.outcome == "accepted", answer
        receiving.until("the correction", lambda: len(receiving.incoming()) == 2)
        again = next(one for one in receiving.incoming() if one["id"] != row["id"])
        codes = [one["ma_loi"] for one in json.loads(again["loi"])]
        assert codes == ["CONNECTOR_TRANSFER_REPLACES", "CONNECTOR_TRANSFER_NOT_EXPRESSED"]  # it keeps no versions
        assert row["id"] in again["loi"]
        assert "$.supersedes" in again["loi"]
        code, state, _ = mover.step("acknowledge", new, person="DAU", role="school_seal", folder=folder)
        assert (code, state) == (0, "closed")
        assert recompute(folder, mover.id, new.code).documents == (signed.sha256,)
        assert canonical(later) != canonical(transcript)
        assert look(receiving.store, datetime.now(UTC)).signatures == "checked"
        eventually("the old school", lambda: mover.shown(locked.school)["state"] == "closed")
    finally:
        receiving.close()
