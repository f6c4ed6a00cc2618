"""Which school and Sở stand for those of a transfer when provinces are merged and schools close."""

from datetime import UTC, datetime, timedelta

from hub.agents.transfer_ground import TransferGround
from hub.domain.statements import TransferParty
from hub.trust import Snapshot
from tests.unit.agents.world import a_school_entry
from tests.unit.trust.trust_world import an_entry

BEFORE, MERGED = datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)
AFTER = MERGED + timedelta(days=1)
OLD, NEW = "tien-giang", "dong-thap"
SCHOOL, CLOSED, HEIR = (TransferParty(school=code, so=OLD) for code in ("820101", "820102", "820103"))


def a_ground() -> TransferGround:
    """Tiền Giang's log is closed on 1 July and Đồng Tháp follows; one of its schools was taken over before."""
    closing = {"decision": "synthetic", "so": OLD, "successor": NEW}
    register = Snapshot.of([
        a_school_entry(SCHOOL.school, so=OLD), a_school_entry(HEIR.school, so=OLD),
        a_school_entry(CLOSED.school, so=OLD, closed_on="2026-01-01", successor=HEIR.school),
        an_entry("log_closing", OLD, closing, valid_from=MERGED),
    ])  # fmt: skip
    return TransferGround({OLD: register, NEW: Snapshot.of([a_school_entry(SCHOOL.school, so=NEW)])})


def test_so_that_follows_stands_for_the_one_whose_log_has_closed() -> None:
    """From the day on, not before."""
    ground, moved = a_ground(), TransferParty(school=SCHOOL.school, so=NEW)
    assert [ground.standing_so(OLD, at) for at in (BEFORE, AFTER)] == [OLD, NEW]
    assert [ground.stands_for(moved, SCHOOL, at) for at in (BEFORE, AFTER)] == [False, True]
    assert ground.stands_for(SCHOOL, SCHOOL, AFTER)


def test_school_that_succeeds_a_closed_one_stands_for_it() -> None:
    """A neighbour that nobody named does not, and the closed one opens no transfer."""
    ground = a_ground()
    assert ground.stands_for(HEIR, CLOSED, BEFORE)
    assert not ground.stands_for(SCHOOL, CLOSED, BEFORE)
    assert (ground.is_open(CLOSED, BEFORE), ground.is_known(CLOSED, BEFORE), ground.is_open(HEIR, BEFORE)) == (
        False, True, True
    )  # fmt: skip


def test_school_nobody_registered_is_unknown_and_has_no_key() -> None:
    ground, stranger = a_ground(), TransferParty(school="999999", so="ca-mau")
    assert (ground.is_known(stranger, AFTER), ground.receiving_key(stranger, AFTER)) == (False, None)
    assert ground.days_off("ca-mau", AFTER) == frozenset()
