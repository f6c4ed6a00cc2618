"""When a message that is decided again says the same."""

from typing import Any

import msgspec
import pytest

from hub.recovery import same_content
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
    assert same_content("Receipt", a_receipt("a..b"), a_receipt("a..c"))


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
    assert not same_content("Receipt", a_receipt(), a_receipt(**changed))


def test_code_of_a_closed_round_and_state_of_an_unchanged_document_are_not_compared() -> None:
    """They tell how far the lock stage was, not what the command was worth."""
    before = a_receipt(
        documents=[a_document("refused", findings=[{"code": "ROUND_CLOSED"}]), a_document("unchanged", state="open")]
    )
    after = a_receipt(
        documents=[a_document("refused", findings=[{"code": "RECORD_LOCKED"}]), a_document("unchanged", state="locked")]
    )
    assert same_content("Receipt", before, after)


def test_state_of_an_accepted_document_is_compared() -> None:
    """Held and open are two promises."""
    held, opened = (a_receipt(documents=[a_document(state=state)]) for state in ("held", "open"))
    assert not same_content("Receipt", held, opened)


def test_bytes_that_do_not_read_are_only_equal_to_themselves() -> None:
    """A stranger's record is met by nothing."""
    assert same_content("Receipt", b"junk", b"junk")
    assert not same_content("Receipt", b"junk", a_receipt())


def an_answer(**changes: Any) -> bytes:
    said = {"at": "2026-06-20T03:00:00.000Z", "codes": [], "lock_id": "00", "outcome": "ingested"} | changes
    value = {"receipt_id": "r-1", "so": "ha-noi", "lock_id": "00", "signature": "a..b", "cosignature": "c"}
    return encode("IngestReceipt", value | {"statement": msgspec.json.encode(said, order="sorted")})


def test_what_bo_lacks_is_not_compared() -> None:
    """It depends on how far the roster was registered; outcome and codes do not."""
    assert same_content("IngestReceipt", an_answer(), an_answer(missing={"roster": True}))
    assert not same_content("IngestReceipt", an_answer(), an_answer(outcome="refused"))
    assert not same_content("IngestReceipt", an_answer(), an_answer(attempt=2))


def test_what_a_school_was_told_that_bo_lacks_is_not_compared() -> None:
    """Its receipt about a lock repeats it; everything else there is."""
    told = a_receipt(kind="Lock", findings=[{"code": "BO_MISSES_ROSTER"}])
    assert same_content("Receipt", a_receipt(kind="Lock"), told)
    assert not same_content("Receipt", a_receipt(kind="Lock"), a_receipt(kind="Lock", outcome="ingest_refused"))


def a_manifest(**changes: Any) -> bytes:
    value = {
        "lock_id": "00", "so": "ha-noi", "school": "010101", "statement": b"{}", "signature": "a..b", "log_index": 0,
        "evidence": [], "request": b"", "request_signature": "",
    }  # fmt: skip
    return encode("LockManifest", value | changes)


def test_request_beside_a_manifest_is_not_compared() -> None:
    """The manifest binds it by its hash, and an older hub did not send it."""
    assert same_content("LockManifest", a_manifest(), a_manifest(request=b"asked", request_signature="c..d"))
    assert not same_content("LockManifest", a_manifest(), a_manifest(log_index=1))
