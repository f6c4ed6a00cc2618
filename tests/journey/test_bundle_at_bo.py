"""What Bộ keeps proves a transcript by itself; and a sheet of it holds against one changed byte."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.client import make_bundle, make_bundle_at_bo
from hub.domain import pupil_of
from hub.evidence import Bundle, Conclusion, Roots, read_file, register_of, verify_bundle
from hub.print import Issuer, check_sheet
from hub.signing import load_keyring
from hub.store import open_connection
from hub.trust import COSIGNER
from tests.journey.world import LockedRound, World

SO = "ha-noi"


@pytest.fixture(scope="module")
def locked(world: World) -> LockedRound:
    return world.lock_in(world.school(SO), 3)


@pytest.fixture(scope="module")
def roots(world: World) -> Roots:
    name = f"anchor-{SO}.der"
    return Roots.of([(name, (world.hub.secrets / f"so-{SO}" / name).read_bytes())])


def at_bo(world: World, locked: LockedRound, n: int) -> bytes:
    one = locked.transcripts[n]
    with open_connection(world.hub.bo_url) as connection:
        return make_bundle_at_bo(connection, SO, [pupil_of(one)], one.school_year).bundle


def test_bundle_of_bos_copy_is_valid_and_says_what_the_sos_says(
    world: World, locked: LockedRound, roots: Roots
) -> None:
    """The receipt of acceptance came with the lock; everything else Bộ had."""
    one = locked.transcripts[1]
    own = make_bundle(SO, world.hub.so_url(SO), [pupil_of(one)], one.school_year).bundle
    theirs = at_bo(world, locked, 1)
    assert verify_bundle(theirs, roots).verdict is Conclusion.VALID
    first, second = read_file(own, Bundle), read_file(theirs, Bundle)
    assert (first.document, first.signatures, first.receipt, first.place) == (
        second.document, second.signatures, second.receipt, second.place
    )  # fmt: skip


def test_sheet_under_bos_seal_is_valid_until_one_byte_changes(
    world: World, locked: LockedRound, roots: Roots, tmp_path: Path
) -> None:
    """Bộ prints for families what a Sở locked: its own seal, its own time-stamp."""
    bundle, now = at_bo(world, locked, 0), datetime.now(UTC)
    register = register_of(read_file(bundle, Bundle))
    policy = register.policy(now)
    assert policy is not None
    seal = load_keyring(world.hub.secrets / "bo", COSIGNER).seal
    url = world.hub.timestamp_url
    sheet = Issuer.of(seal, "bo_seal", "bo", "https://portal/kiem-tra", policy, register.crls, url).issue(bundle, now)
    assert check_sheet(sheet, roots).verdict is Conclusion.VALID
    middle = len(sheet) // 2
    changed = sheet[:middle] + bytes([sheet[middle] ^ 1]) + sheet[middle + 1 :]
    assert check_sheet(changed, roots).verdict is Conclusion.INVALID


def test_receipts_of_acceptance_are_kept_for_good(world: World, locked: LockedRound) -> None:
    """Once each, with the documents that they accept."""
    rows = world.database("bo").execute(
        "SELECT count(DISTINCT statement_sha256) FROM accepted_document WHERE document_sha256 = ANY(%s)",
        ([bytes.fromhex(one.sha256) for one in locked.documents],),
    ).fetchall()  # fmt: skip
    assert rows == [(1,)]
