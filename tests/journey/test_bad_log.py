"""Manifests and heads that a broken or dishonest Sở may send to Bộ: only a log that continues decides anything."""

from datetime import UTC, datetime

from cryptography import x509

from hub.app import so_keyring
from hub.local.timestamp_authority import answer
from hub.local.timestamp_keys import make_timestamp_keys
from hub.signing import NoteKeySigner, TimestampClient, log_origin
from hub.trust import Checkpoint, sign_checkpoint, token_of, verify_timestamp
from tests.journey.so_log import SO, SoLog
from tests.unit.trust.timestamp_world import a_query


def test_manifest_of_another_so_is_quarantined(log: SoLog) -> None:
    """Neither as it stands nor wrapped anew, whoever sealed it."""
    lock, seal = log.lock(), so_keyring(log.world.hub.secrets, "ha-noi").seal
    abroad = lock.said(so="ha-noi")
    records = [log.manifest(abroad, so="ha-noi"), log.manifest(abroad), log.manifest(abroad, seal=seal)]
    assert log.send(*records) == ["MANIFEST_FOREIGN"] * 3
    log.promoted(lock)


def test_manifest_wrapped_for_another_school_or_lock_is_quarantined(log: SoLog) -> None:
    """Message and signed statement say the same."""
    lock = log.lock()
    records = [log.manifest(lock, school="01020001"), log.manifest(lock, lock_id="ff" * 32)]
    assert log.send(*records) == ["MANIFEST_FOREIGN"] * 2
    log.promoted(lock)


def test_manifest_that_the_seal_did_not_sign_is_quarantined(log: SoLog) -> None:
    """Another Sở's seal, a principal, another statement's signature, no signature: none counts."""
    lock, other = log.lock(), log.lock()
    world, signed = log.world, log.seal(b"{}", "vn.hocba.manifest/1")
    strangers = [so_keyring(world.hub.secrets, "ha-noi").seal, world.people(f"HT-{world.school(SO).code}-001")]
    records = [
        *(log.manifest(lock, seal=seal) for seal in strangers),
        log.manifest(lock, signature=signed),
        log.manifest(lock, signature=""),
        log.manifest(lock, signature=log.seal(b"{}", "vn.hocba.receipt/1")),
    ]
    assert log.send(*records) == ["MANIFEST_UNSIGNED"] * 5
    log.promoted(lock)
    log.promoted(other)


def test_old_manifest_again_is_ignored(log: SoLog) -> None:
    """The same statement at the same place is a repetition: no second decision, no second row."""
    lock = log.lock()
    log.promoted(lock)
    assert log.send(log.manifest(lock, log.frontier.size - 1)) == [None]
    assert log.stored(lock) == 2


def test_old_manifest_at_a_new_place_is_quarantined(log: SoLog) -> None:
    """A decided lock cannot be put into the log again."""
    lock = log.lock()
    log.promoted(lock)
    assert log.send(log.manifest(lock)) == ["MANIFEST_REPEATED"]


def test_old_manifest_changed_is_quarantined(log: SoLog) -> None:
    """Neither another count under the same lock, nor another lock at an old place."""
    lock, other = log.lock(), log.lock()
    log.promoted(lock)
    old = log.frontier.size - 1
    assert log.send(log.manifest(lock.said(count=1), old), log.manifest(other, old)) == ["MANIFEST_REPEATED"] * 2
    log.promoted(other)


def test_two_manifests_for_one_place_leave_the_first(log: SoLog) -> None:
    """Who comes second to a place in the log is quarantined."""
    first, second = log.lock(), log.lock()
    log.send(log.chunk(first))
    size = log.frontier.size
    (answer,) = log.close(first, also=lambda: [log.manifest(second, size)])
    assert answer.outcome == "ingested"
    log.promoted(second)


# -- checkpoints


def test_checkpoint_with_another_root_is_quarantined(log: SoLog) -> None:
    """A head whose root is not that of the manifests decides nothing; the true one does."""
    lock = log.lock()
    grown = log.after(lock)
    wrong = Checkpoint(log_origin(SO), grown.size, b"\x00" * 32)
    assert log.send(log.chunk(lock), log.manifest(lock), log.head(wrong)) == [None, None, "CHECKPOINT_ROOT_DIFFERS"]
    assert log.stored(lock) == 0
    (answer,) = log.close(lock)
    assert answer.outcome == "ingested"


def test_smaller_checkpoint_that_matches_is_ignored(log: SoLog) -> None:
    """Old heads again, and sizes that were never signed, are repetitions when their root is the historic one."""
    log.promoted(log.lock())
    log.promoted(log.lock())
    size = log.frontier.size
    assert log.send(*(log.checkpoint(log.tree(n)) for n in (size, size - 1, 1))) == [None] * 3


def test_smaller_checkpoint_with_another_root_is_evidence_of_a_fork(log: SoLog) -> None:
    """A head that rewrites history is kept in quarantine, byte for byte, under the log's own signature."""
    log.promoted(log.lock())
    forked = log.head(Checkpoint(log_origin(SO), log.frontier.size, b"\x11" * 32))
    place = log.place(forked)
    assert log.world.quarantine_code("bo", "ingest", place) == "CHECKPOINT_ROOT_DIFFERS"
    row = log.world.database("bo").execute(
        "SELECT value FROM quarantine WHERE topic = %s AND record_offset = %s", (place.topic, place.offset)
    ).fetchone()  # fmt: skip
    assert row == (forked.value,)


def test_checkpoint_that_covers_a_missing_manifest_is_quarantined(log: SoLog) -> None:
    """Every manifest below the size of a head is known before it."""
    lock, unsent = log.lock(), log.lock()
    codes = log.send(log.chunk(lock), log.manifest(lock), log.checkpoint(log.after(lock, unsent)))
    assert codes == [None, None, "CHECKPOINT_INCOMPLETE"]
    (answer,) = log.close(lock)
    assert answer.outcome == "ingested"


def test_checkpoint_that_the_log_did_not_sign_is_quarantined(log: SoLog) -> None:
    """Another note key under the same name, another log's key, another seal, no signature: none counts."""
    lock = log.lock()
    grown = log.after(lock)
    true = Checkpoint(log_origin(SO), grown.size, grown.root)
    foreign = so_keyring(log.world.hub.secrets, "ha-noi")
    records = [
        log.head(true, note=NoteKeySigner(log_origin(SO), b"\x07" * 32)),
        log.head(true, seal=foreign.seal),
        log.head(true, signature=""),
        log.head(true, text=b"no note"),
    ]
    assert log.send(log.chunk(lock), log.manifest(lock), *records) == [None, None, *["CHECKPOINT_UNSIGNED"] * 4]
    (answer,) = log.close(lock)
    assert answer.outcome == "ingested"


def test_checkpoint_with_a_wrong_time_stamp_is_quarantined(log: SoLog) -> None:
    """Over another head, by a stranger, or none at all: the head decides nothing until its token is good."""
    lock, hub = log.lock(), log.world.hub
    grown = log.after(lock)
    true = Checkpoint(log_origin(SO), grown.size, grown.root)
    text = sign_checkpoint(true, log.keyring.note)
    root = x509.load_der_x509_certificate((hub.secrets / "timestamp-authority" / "root.der").read_bytes())
    client = TimestampClient(hub.timestamp_url or "", b"secret")
    stranger = token_of(answer(a_query(text), make_timestamp_keys(log.world.population.at), datetime.now(UTC), 1))
    wrong = [client.ask(b"another head", roots=[root]), stranger, b"0"]
    codes = log.send(log.chunk(lock), log.manifest(lock), *(log.head(true, timestamp=token) for token in wrong))
    assert codes == [None, None, *["CHECKPOINT_TIMESTAMP_WRONG"] * 3]
    assert log.stored(lock) == 0
    token = client.ask(text, roots=[root])
    (said,) = log.close(lock, timestamp=token)
    assert said.outcome == "ingested"
    row = log.world.database("bo").execute(
        "SELECT timestamp_token, stamped_at FROM checkpoint WHERE (so, tree_size) = (%s, %s)", (SO, grown.size)
    ).fetchone()  # fmt: skip
    assert row == (token, verify_timestamp(token, text, roots=[root]).at)


def test_checkpoint_of_another_log_is_quarantined(log: SoLog) -> None:
    """A head of Hà Nội, signed by Hà Nội, says nothing about this log; nor may a message belie its text."""
    abroad = so_keyring(log.world.hub.secrets, "ha-noi")
    head = Checkpoint(log_origin("ha-noi"), 1, b"\x22" * 32)
    size = log.frontier.size
    records = [
        log.head(head, note=abroad.note, seal=abroad.seal),
        log.head(head, note=abroad.note, seal=abroad.seal, so="ha-noi"),
        log.checkpoint(log.tree(size), tree_size=size + 7),
    ]
    assert log.send(*records) == ["CHECKPOINT_FOREIGN"] * 3
