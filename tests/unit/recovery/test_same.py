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
