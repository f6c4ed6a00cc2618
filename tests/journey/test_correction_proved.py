"""A corrected transcript under every check: reconciling, the nightly check, evidence of both versions, look-up."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from hub.client import make_bundle
from hub.domain import pupil_of
from hub.evidence import Roots, verify_bundle
from hub.local.population import SignedDocument
from hub.reconcile import Checked, Sums, check_rows, reconcile
from hub.signing import COSIGNER, load_keyring
from tests.journey.correcting import Correcting, corrected
from tests.journey.world import LockedRound, World, eventually

SO = "ha-noi"


@dataclass(frozen=True)
class Path:
    """A locked pupil before and after the correction."""

    before: LockedRound
    new: SignedDocument
    lock_id: bytes


@pytest.fixture(scope="module")
def path(world: World) -> Path:
    """One of two pupils of a locked round is corrected, and the correction is ingested and published."""
    before = world.lock_in(world.school(SO), 2)
    correction, _ = Correcting.request(world, before, of=slice(1))
    name = correction.opened((datetime.now(UTC) + timedelta(hours=1)).replace(microsecond=0))
    new = world.signed(corrected(before.transcripts[0], before.documents[0]))
    for command in (world.submission(before.school, [new], name), world.lock(before.school, [new.sha256], name)):
        (answer,) = world.ask(command)
        assert answer.outcome == "accepted", answer
    lock_id = world.lock_id(LockedRound(before.school, name, before.transcripts, (new,), answer, answer, b""))
    world.receipt(SO, lock_id.hex(), "ingested")
    unsent = "SELECT count(*) FROM outbox WHERE sent_at IS NULL"
    eventually("the national stream", lambda: world.database("bo").execute(unsent).fetchone() == (0,))
    return Path(before, new, lock_id)


def test_school_so_bo_and_stream_agree_about_a_correction(world: World, path: Path) -> None:
    """Both leaves are held on both sides, and the stream has the new version alone."""
    secret = load_keyring(world.hub.secrets / "bo", COSIGNER).secret
    urls, sums = {SO: world.hub.so_url(SO)}, Sums()
    found = list(reconcile(urls, world.hub.bo_url, world.hub.bootstrap, secret, sums, school=path.before.school.code))
    assert [one.shown() for one in found] == []


@pytest.mark.parametrize("owner", [f"so-{SO}", "bo"])
def test_nightly_check_finds_nothing_wrong_with_a_correction(world: World, path: Path, owner: str) -> None:
    """Every stored row is what was locked, on either side."""
    url = world.hub.bo_url if owner == "bo" else world.hub.so_url(SO)
    assert [one.shown() for one in check_rows(owner, url, Checked())] == []


def test_evidence_of_the_old_version_says_superseded_and_of_the_new_one_valid(world: World, path: Path) -> None:
    """Both versions stay provable; whoever holds the old one hears which version took its place."""
    transcript = path.before.transcripts[0]
    anchor = f"anchor-{SO}.der"
    roots = Roots.of([(anchor, (world.hub.secrets / f"so-{SO}" / anchor).read_bytes())])
    made = {
        version: make_bundle(SO, world.hub.so_url(SO), [pupil_of(transcript)], transcript.school_year, version=version)
        for version in (1, 2)
    }
    old, new = (verify_bundle(made[version].bundle, roots) for version in (1, 2))
    assert (old.shown()["verdict"], new.shown()["verdict"]) == ("superseded", "valid"), (old.shown(), new.shown())
    assert old.shown()["facts"]["superseded_by"] == "2"
    assert new.shown()["facts"]["document_sha256"] == path.new.sha256
