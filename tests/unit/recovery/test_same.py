"""When a message that is decided again says the same."""

from typing import Any

import msgspec
import pytest

from hub.recovery import differences
from hub.schemas import encode


def a_receipt(signature: str = "a..b", **changes: Any) -> bytes:
    said = {
        "at": "2026-06-20T03:00:00.000Z", "command_id": "c-1", "documents": [], "findings": [], "kind": "Submission",
        "outcome": "accepted", "register_version": 7, "school": "010101", "so": "ha-noi", "type": "vn.hocba.receipt/1",
    } | changes  # fmt: skip
    value = {"receipt_id": "r-1", "command_id": "c-1", "school": "010101", "signature": signature}
    return encode("Receipt", value | {"statement": msgspec.json.encode(said, order="sorted")})


def a_document(outcome: str = "accepted", **changes: Any) -> dict[str, Any]:
    return {"document_sha256": "00", "outcome": outcome} | changes


def test_another_signature_over_the_same_statement_says_the_same() -> None:
    """Signatures are drawn anew each time."""
    assert not differences("Receipt", a_receipt("a..b"), a_receipt("a..c"))


@pytest.mark.parametrize(
    "changed",
    [
        {"outcome": "refused"},
        {"register_version": 8},
        {"documents": [a_document()]},
        {"findings": [{"code": "LOCK_EMPTY"}]},
        {"at": "2026-06-20T03:00:00.001Z"},
    ],
)
def test_another_statement_says_something_else(changed: dict[str, Any]) -> None:
    """Each of these would contradict what the school holds."""
    assert differences("Receipt", a_receipt(), a_receipt(**changed))


def test_code_of_a_closed_round_and_state_of_an_unchanged_document_are_not_compared() -> None:
    """They tell how far the lock stage was, not what the command was worth."""
    before = a_receipt(
        documents=[a_document("refused", findings=[{"code": "ROUND_CLOSED"}]), a_document("unchanged", state="open")]
    )
    after = a_receipt(
        documents=[a_document("refused", findings=[{"code": "RECORD_LOCKED"}]), a_document("unchanged", state="locked")]
    )
    assert not differences("Receipt", before, after)


def test_state_of_an_accepted_document_is_compared() -> None:
    """Held and open are two promises."""
    held, opened = (a_receipt(documents=[a_document(state=state)]) for state in ("held", "open"))
    assert differences("Receipt", held, opened)


def test_what_differs_is_named_by_its_path_and_never_by_its_value() -> None:
    """An operator must see what a school would be told otherwise, and no pupil's data."""
    told, decided = (
        a_receipt(documents=[a_document(), a_document(state=state)], facts={"count": count})
        for state, count in (("held", "1"), ("open", "2"))
    )
    assert differences("Receipt", told, decided) == ["$.statement.documents[1].state", "$.statement.facts.count"]
    assert differences("Receipt", told, a_receipt()) == ["$.statement.documents", "$.statement.facts"]
    assert differences("Receipt", told, b"junk") == ["$"]


def test_bytes_that_do_not_read_are_only_equal_to_themselves() -> None:
    """A stranger's record is met by nothing."""
    assert not differences("Receipt", b"junk", b"junk")
    assert differences("Receipt", b"junk", a_receipt())


def an_answer(**changes: Any) -> bytes:
    said = {"at": "2026-06-20T03:00:00.000Z", "codes": [], "lock_id": "00", "outcome": "ingested"} | changes
    value = {"receipt_id": "r-1", "so": "ha-noi", "lock_id": "00", "signature": "a..b", "cosignature": "c"}
    return encode("IngestReceipt", value | {"statement": msgspec.json.encode(said, order="sorted")})


def test_what_bo_lacks_is_not_compared() -> None:
    """It depends on how far the roster was registered; outcome and codes do not."""
    assert not differences("IngestReceipt", an_answer(), an_answer(missing={"roster": True}))
    assert differences("IngestReceipt", an_answer(), an_answer(outcome="refused"))
    assert differences("IngestReceipt", an_answer(), an_answer(attempt=2))


def test_what_a_school_was_told_that_bo_lacks_is_not_compared() -> None:
    """Its receipt about a lock repeats it; everything else there is."""
    told = a_receipt(kind="Lock", findings=[{"code": "BO_MISSES_ROSTER"}])
    assert not differences("Receipt", a_receipt(kind="Lock"), told)
    assert differences("Receipt", a_receipt(kind="Lock"), a_receipt(kind="Lock", outcome="ingest_refused"))


def a_manifest(**changes: Any) -> bytes:
    value = {
        "lock_id": "00", "so": "ha-noi", "school": "010101", "statement": b"{}", "signature": "a..b", "log_index": 0,
        "evidence": [], "request": b"", "request_signature": "",
    }  # fmt: skip
    return encode("LockManifest", value | changes)


def test_request_beside_a_manifest_is_not_compared() -> None:
    """The manifest binds it by its hash, and an older hub did not send it."""
    assert not differences("LockManifest", a_manifest(), a_manifest(request=b"asked", request_signature="c..d"))
    assert differences("LockManifest", a_manifest(), a_manifest(log_index=1))
