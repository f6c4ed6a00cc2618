"""Who may sign an entry of the register: the same answer for the hub and for whoever checks a file without it."""

from collections.abc import Sequence

import pytest
from trust_world import AT, World

from hub.domain.statements import RegisterEntry, encode
from hub.trust import Snapshot, Status, verify_entry

SO = "ha-noi"
SCHOOL_ENTRY = RegisterEntry(
    entry_id="010199", issued_at="2026-06-20T02:00:00Z", kind="school", payload={"code": "010199"}, so=SO,
    type="vn.hocba.register-entry/1", valid_from="2026-06-01T00:00:00Z",
)  # fmt: skip
BO_ENTRY = RegisterEntry(
    entry_id="bo.1", issued_at="2026-06-20T02:00:00Z", kind="calendar", payload={"by": "bo"}, so=SO,
    type="vn.hocba.register-entry/1", valid_from="2026-06-01T00:00:00Z",
)  # fmt: skip


def status(
    world: World, who: str, anchors: Sequence[str] = (), snapshot: Snapshot | None = None,
    entry: RegisterEntry = SCHOOL_ENTRY, role: str = "registrar", owner: str = f"so-{SO}",
) -> Status:  # fmt: skip
    """Return how the check of an entry that `who` signed ends."""
    data = encode(entry)
    signature = world.sign_as(who, role, payload=data, scope={"owner": owner}, typ=entry.type)
    return verify_entry(
        entry, data, signature, anchors=[world.issued[name].der for name in anchors],
        snapshot=world.snapshot() if snapshot is None else snapshot, proven_at=AT, cache=world.cache,
    ).status  # fmt: skip


def test_registrar_of_the_policy_signs_with_or_without_anchors(world: World) -> None:
    """The officer stands in the policy; nobody else of the register is a registrar."""
    assert status(world, "officer") is status(world, "officer", ["teacher"]) is Status.VALID
    assert status(world, "principal") is Status.INVALID


def test_any_anchor_signs_until_a_policy_does_not_name_it(world: World) -> None:
    """Before the first policy every certificate that was handed over counts, and no other."""
    before = Snapshot.of(())
    assert status(world, "teacher", ["seal", "teacher"], before) is Status.VALID
    assert status(world, "principal", ["seal", "teacher"], before) is not Status.VALID
    assert status(world, "teacher", ["seal", "teacher"]) is Status.INVALID


@pytest.mark.parametrize("who", ["officer", "teacher"])
def test_what_bo_decided_is_not_for_a_registrar_to_sign(world: World, who: str) -> None:
    """Neither the registrar of the policy nor an anchor stands in for Bộ's seal."""
    for owner in (f"so-{SO}", "bo"):
        assert status(world, who, ["teacher", "officer"], entry=BO_ENTRY, owner=owner) is Status.INVALID
    assert status(world, who, [who], Snapshot.of(()), entry=BO_ENTRY, owner="bo") is not Status.VALID
