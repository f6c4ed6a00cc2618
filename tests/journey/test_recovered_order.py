"""In a replay: whose turn it is among recovered receipts, asked of the database itself."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from psycopg.types.json import Jsonb

from hub.kafka.headers import sequence_of
from hub.recovery import Met, unmet, unmet_before, unmet_first
from hub.store import Connection, open_connection
from hub.store.queries import queries_of
from hub.topics import receipt
from tests.journey.world import World
from tests.unit.recovery.test_same import a_receipt

_SQL = queries_of("common")
_AT = datetime(2026, 6, 20, 3, 0, tzinfo=UTC)
_SO = "ha-noi"
_TOPIC = "receipts-of-a-test"


class Recovered:
    """Receipts that were read back and that the replay has not met."""

    def __init__(self, owner: Connection) -> None:
        self.owner = owner
        note = ("read_back", "tester", "a test", "cluster", Jsonb({}))
        self._note = owner.execute(_SQL["note_recovery"], note).fetchone()
        assert self._note is not None

    def add(self, name: str, part: int, sequence: int, ms: int = 0, **said: str) -> None:
        """Add a receipt, the first of its partition, sent `ms` after the others."""
        place = ("topic-id", _TOPIC, part, 0, name, "Receipt", name.encode())
        sent = (a_receipt(**said), b"", b"[]", _AT + timedelta(milliseconds=ms), sequence)
        assert self._note is not None
        self.owner.execute(_SQL["add_recovered"], (self._note[0], *place, *sent))

    def waits(self, name: str) -> bool:
        """Tell whether a receipt that comes out otherwise now has to wait for another."""
        met = unmet(self.owner, _TOPIC, "Receipt", name, None)
        assert isinstance(met, Met)
        return unmet_before(self.owner, _TOPIC, "Receipt", met)

    def next_row(self) -> int:
        """Take a number of the outbox, which a rollback does not give back."""
        row = self.owner.execute("SELECT nextval(pg_get_serial_sequence('outbox', 'id'))").fetchone()
        assert row is not None
        return int(row[0])

    def turn(self) -> str | None:
        """Return whose turn it is."""
        found = unmet_first(self.owner, _TOPIC, ())
        return None if found is None else found[0]


@pytest.fixture
def recovered(world: World) -> Iterator[Recovered]:
    """A recovery in the owner's database; whatever is written is taken back."""
    with open_connection(world.hub.servers.so_urls(_SO).owner_url or "") as owner:
        owner.execute("BEGIN")
        yield Recovered(owner)
        owner.execute("ROLLBACK")


def test_receipt_tells_the_number_of_its_row(world: World) -> None:
    """That is all that is left of the order of decisions when the database is gone."""
    (place,) = world.send(world.good(world.school(_SO)))
    message_id = world.answer(place).message["receipt_id"]
    rows = world.database(_SO).execute("SELECT id FROM outbox WHERE message_id = %s", (message_id,)).fetchall()
    found = world.tail(receipt(_SO)).until("the receipt", lambda r: dict(r.headers)["ce_id"] == message_id.encode())
    assert [(sequence_of(found.headers),)] == rows


def test_receipt_that_was_decided_later_waits_though_both_were_sent_in_one_moment(recovered: Recovered) -> None:
    """A late relay sends many in one millisecond: neither time nor partition tells which decision rests on which."""
    recovered.add("claimant", part=6, sequence=10)
    recovered.add("claimed", part=2, sequence=11)
    assert recovered.turn() == "claimant"
    assert recovered.waits("claimed")
    assert not recovered.waits("claimant")


def test_receipt_that_was_sent_at_the_second_try_keeps_its_turn(recovered: Recovered) -> None:
    """The leader of its partition was away for a moment; what was decided behind it had gone out already."""
    recovered.add("behind", part=2, sequence=11)
    recovered.add("again", part=6, sequence=10, ms=800)
    assert recovered.turn() == "again"
    assert recovered.waits("behind")


def test_receipts_that_do_not_tell_their_order_come_by_time_before_all_others(recovered: Recovered) -> None:
    """They were sent by a hub of before."""
    recovered.add("new", part=0, sequence=1)
    recovered.add("later", part=1, sequence=0, ms=1)
    recovered.add("tied", part=5, sequence=0)
    recovered.add("first", part=4, sequence=0)
    assert [recovered.waits(name) for name in ("first", "tied", "later", "new")] == [False, True, True, True]


def test_what_is_decided_otherwise_waits_for_an_earlier_lock_and_for_no_answer_of_bo(recovered: Recovered) -> None:
    """A correction rests on the lock of what it corrects, and the lock stage may still be behind."""
    recovered.add("ingested", part=1, sequence=1, kind="Lock", outcome="ingested")
    recovered.add("correction", part=2, sequence=3, kind="CorrectionRequest")
    assert not recovered.waits("correction")
    recovered.add("locked", part=3, sequence=2, kind="Lock", outcome="locked")
    assert recovered.waits("correction")


def test_what_is_queued_after_a_recovery_comes_behind_what_was_recovered(recovered: Recovered) -> None:
    """So that a second restore, to a still earlier point, finds one order over both."""
    lost = recovered.next_row() + 1_000
    recovered.add("lost", part=0, sequence=lost)
    recovered.owner.execute(_SQL["go_on_behind"])
    assert recovered.next_row() == lost + 1
    recovered.owner.execute(_SQL["go_on_behind"])
    assert recovered.next_row() >= lost + 1
