"""What a superuser does to reads, shares, consents and the portal's rights is noticed by the nightly check."""

import json
import secrets
import uuid
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.errors import Corrupt
from hub.reconcile import Checked, Tampered, check_rows
from hub.reconcile.portal import check_portal
from hub.store.bo.anchor import Anchor, follow, go_back, read_anchor
from hub.store.bo.portal import Consented, PortalDatabase, PortalShareKey
from hub.web.portal.transfer_rows import wish_fields
from hub.web.portal.transfer_store import NewWish, SchoolPlace
from tests.journey.families import FROM, Family, a_family, now
from tests.journey.tampering import superuser, tampered
from tests.journey.world import World, eventually

_KEY = b"\5" * 32
_NO_BYTES = b"\x00" * 32


def _checked(world: World, anchor: Anchor | None = None) -> list[Tampered]:
    return list(check_rows("bo", world.hub.bo_url, Checked(), anchor))


@pytest.fixture(scope="module")
def family(world: World, door: PortalDatabase) -> Family:
    """A family that looked five times and shares one year."""
    made = a_family(world)
    for _ in range(5):
        with door.read(made.key, "history", "Xem học bạ", FROM, (), now()) as opened:
            assert opened is not None
    return made


@pytest.fixture(scope="module")
def shared(door: PortalDatabase, family: Family) -> str:
    """The id of a share with both consents, which was taken back."""
    key = PortalShareKey(str(uuid.uuid4()), secrets.token_bytes(32))
    parties = [Consented(party, "https://id.example", party, now()) for party in ("pupil", "guardian")]
    until = now() + timedelta(days=1)
    assert door.add_share(family.key, key, "Đại học Mẫu", "xét tuyển", ["2025-2026"], until, parties, now())
    assert door.revoke(family.key, key.share_id, now())
    return key.share_id


def _last_look(world: World, family: Family) -> dict[str, Any]:
    row = world.database("bo").execute(
        "SELECT chain, n FROM look WHERE pupil = %s ORDER BY n DESC LIMIT 1", (family.pupil,)
    ).fetchone()  # fmt: skip
    assert row is not None
    return {"chain": row[0], "n": row[1]}


@pytest.mark.parametrize(
    "changes",
    [{"purpose": "khác"}, {"at": datetime(2020, 1, 1, tzinfo=UTC)}, {"actor": b"x"}, {"years": ["2020-2021"]},
     {"sha256": _NO_BYTES}, {"previous": b""}, None],
    ids=lambda c: "gone" if c is None else next(iter(c)),
)  # fmt: skip
def test_look_that_was_changed_or_removed_breaks_its_chain(
    world: World, family: Family, changes: Mapping[str, Any] | None
) -> None:
    """The row itself is named, or the one behind the gap."""
    last = _last_look(world, family)
    key = {**last, "n": last["n"] - 2}
    before = _checked(world)
    with tampered(world, "bo", "look", key, changes):
        found = [t for t in _checked(world) if t not in before]
    named = key["n"] + 1 if changes is None else key["n"]
    assert ("ROW_CHAIN_BROKEN", "look", f"chain={key['chain']} n={named}") in {(t.code, t.table, t.key) for t in found}
    assert _checked(world) == before


@pytest.mark.parametrize(
    ("table", "changes", "codes"),
    [
        ("share", {"until": datetime(2040, 1, 1, tzinfo=UTC)}, {"ROW_MISSING", "ROW_EXTRA"}),
        ("share", {"recipient": "khác"}, {"ROW_MISSING", "ROW_EXTRA"}),
        ("share", {"code_hmac": _NO_BYTES}, {"ROW_MISSING", "ROW_EXTRA"}),
        ("share", {"years": ["2024-2025"]}, {"ROW_MISSING", "ROW_EXTRA"}),
        ("consent", {"subject": "khác"}, {"ROW_MISSING", "ROW_EXTRA"}),
        ("consent", None, {"ROW_MISSING"}),
        ("share_revoked", {"at": datetime(2020, 1, 1, tzinfo=UTC)}, {"ROW_MISSING", "ROW_EXTRA"}),
        ("share_revoked", None, {"ROW_MISSING"}),
        ("share_log", {"row_sha256": _NO_BYTES}, {"ROW_CHAIN_BROKEN", "ROW_MISSING", "ROW_EXTRA"}),
        ("share_log", None, {"ROW_CHAIN_BROKEN", "ROW_EXTRA"}),
    ],
)  # fmt: skip
def test_share_or_consent_that_was_changed_or_removed_is_named(
    world: World, shared: str, table: str, changes: Mapping[str, Any] | None, codes: set[str]
) -> None:
    """Changed: what was logged is missing, what stands there nobody logged. A share that was taken back stays so."""
    key = {"share_id": shared} | {"consent": {"party": "pupil"}, "share_log": {"kind": "consent"}}.get(table, {})
    if table == "share_log":
        row = world.database("bo").execute(
            "SELECT min(n) FROM share_log WHERE share_id = %s", (shared,)
        ).fetchone()  # fmt: skip
        assert row is not None
        key = {"n": row[0]}
    before = _checked(world)
    with tampered(world, "bo", table, key, changes):
        found = [t for t in _checked(world) if t not in before]
    assert {t.code for t in found} == codes
    assert _checked(world) == before


@pytest.mark.parametrize(
    ("table", "changes", "codes"),
    [
        ("transfer_wish", {"reason": "khác hẳn"}, {"ROW_MISSING", "ROW_EXTRA"}),
        ("transfer_wish", {"parties": ["guardian"]}, {"ROW_MISSING", "ROW_EXTRA"}),
        ("transfer_wish_party", {"subject": "khác"}, {"ROW_MISSING", "ROW_EXTRA"}),
        ("transfer_wish_party", None, {"ROW_MISSING"}),
    ],
)
def test_word_of_a_family_on_a_transfer_that_was_changed_or_removed_is_named(
    world: World, door: PortalDatabase, family: Family, table: str, changes: Mapping[str, Any] | None, codes: set[str]
) -> None:
    """It hangs in the chain of the shares; that it was said meanwhile changes nothing there."""
    school, student = family.locked.school, family.locked.transcripts[0].student
    said = wish_fields(NewWish(
        "TransferRequest", (), None, "Gia đình chuyển nơi ở", SchoolPlace("nghe-an", world.school("nghe-an").code),
        SchoolPlace(school.so, school.code), "2026-2027", 5, date.fromisoformat(str(student.birth_date)),
    ))  # fmt: skip
    both = [Consented(party, "https://id.example", party, now()) for party in ("pupil", "guardian")]
    assert door.wish(family.key, said, both, now()) == ""
    query = "SELECT wish_id FROM transfer_wish WHERE pupil = %s AND said_at IS NOT NULL ORDER BY n"
    eventually("the wish to be said", lambda: world.database("bo").execute(query, (family.pupil,)).fetchone())
    row = world.database("bo").execute(query, (family.pupil,)).fetchone()
    assert row is not None
    before = _checked(world)
    key = {"wish_id": row[0]} | ({"party": "pupil"} if table == "transfer_wish_party" else {})
    with tampered(world, "bo", table, key, changes):
        found = [t for t in _checked(world) if t not in before]
    assert {t.code for t in found} == codes
    assert _checked(world) == before


_ACTS = (
    ("reads every record", "ALTER POLICY portal ON document USING (true)", "document", "policy=portal"),
    ("reads every year", "ALTER POLICY portal ON document USING (pupil = ANY((SELECT portal_pupils())::text[]))",
     "document", "policy=portal"),
    ("reads rosters", "ALTER POLICY portal ON register_entry USING (true)", "register_entry", "policy=portal"),
    ("is taken for the worker", "ALTER POLICY worker ON document TO PUBLIC", "document", "policy=worker"),
    ("reads slips", "GRANT SELECT ON slip TO bo_portal", "slip", "right=SELECT role=bo_portal"),
    ("reads one column of looks", "GRANT SELECT (pupil) ON look TO bo_portal", "look", "right=SELECT role=bo_portal"),
    ("writes looks", "GRANT INSERT ON look TO bo_portal", "look", "right=INSERT role=bo_portal"),
    ("everybody reads", "GRANT SELECT ON document TO PUBLIC", "document", "right=SELECT role=PUBLIC"),
    ("the worker reads shares", "GRANT SELECT ON share TO bo", "share", "right=SELECT role=bo"),
    ("the worker writes looks", "GRANT INSERT ON look TO bo", "look", "right=INSERT role=bo"),
    ("logs by itself", "GRANT EXECUTE ON FUNCTION portal_log TO bo_portal", "pg_proc",
     "function=portal_log role=bo_portal"),
)  # fmt: skip


@pytest.mark.parametrize(("act", "table", "key"), [a[1:] for a in _ACTS], ids=[a[0] for a in _ACTS])
def test_right_beyond_the_files_is_named(world: World, act: str, table: str, key: str) -> None:
    """Who sees more, or may call more, than the migrations gave is told while it stands, though no row changed."""
    with superuser(world, "bo") as connection, connection.transaction(force_rollback=True):
        connection.execute(act.encode())
        connection.execute("SET LOCAL ROLE bo")
        found = list(check_portal(connection, None))
    assert ("ROW_GUARD_CHANGED", table, key) in {(t.code, t.table, t.key) for t in found}


def test_rights_stand_as_the_files_say(world: World) -> None:
    assert [t for t in _checked(world) if t.code == "ROW_GUARD_CHANGED"] == []


def test_end_of_a_log_that_is_gone_is_told_until_a_restore_is_noted(
    world: World, family: Family, tmp_path: Path
) -> None:
    """The chain alone says nothing; the file does, stays where it was, and keeps what a restore lost for good."""
    path, last = tmp_path / "anchor.json", _last_look(world, family)
    eyes = world.database("bo")
    rows, lost = follow(eyes, path, _KEY)
    assert (rows > 0, lost) == (True, [])
    anchor = read_anchor(path, _KEY)
    assert anchor is not None
    before = _checked(world, anchor)
    with tampered(world, "bo", "look", last, None):
        assert _checked(world) == before
        (found,) = [t for t in _checked(world, anchor) if t not in before]
        assert (found.code, found.table, found.key) == (
            "ROW_TAIL_MISSING", "look", f"chain={last['chain']} n={last['n']}",
        )  # fmt: skip
        assert [(t.n, t.count) for t in follow(eyes, path, _KEY)[1]] == [(last["n"], 1)]
        assert read_anchor(path, _KEY) == anchor
        assert len(go_back(eyes, path, _KEY, "2026-06-20T10:00:00Z", "tester", "restored")) == 1
        assert follow(eyes, path, _KEY)[1] == []
    noted = read_anchor(path, _KEY)
    assert noted is not None
    assert [(r["by"], r["lost"]) for r in noted.restores] == [("tester", {f"look/{last['chain']}": 1})]


def test_file_that_somebody_else_wrote_is_no_anchor(world: World, family: Family, tmp_path: Path) -> None:
    path = tmp_path / "anchor.json"
    follow(world.database("bo"), path, _KEY)
    said = json.loads(path.read_bytes())
    said["content"]["heads"] = {}
    path.write_text(json.dumps(said), encoding="utf-8")
    for wrong in (path.read_bytes(), b"{", b"[]"):
        path.write_bytes(wrong)
        with pytest.raises(Corrupt, match="LOOK_ANCHOR_WRONG"):
            read_anchor(path, _KEY)
