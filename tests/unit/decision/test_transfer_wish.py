"""What a family says at the portal is one step, the same however often it is said, and of the form that Bộ reads."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from hub.decision.transfer_wish import TransferWish, said_of
from hub.domain.statements import TransferParty, TransferRequest, encode, read, transfer_id_of

NEW, OLD = TransferParty(school="400107", so="nghe-an"), TransferParty(school="010101", so="ha-noi")
WISH = TransferWish(
    "5e0c0000-0000-4000-8000-000000000001", "TransferRequest", None, None, "id:001215000017", date(2015, 3, 4),
    "2026-2027", 5, NEW, OLD, "Gia đình chuyển nơi ở", ("guardian",), datetime(2026, 11, 2, 3, 4, 5, 6_789, tzinfo=UTC),
)  # fmt: skip
ABOUT = {"transfer_id": "ab" * 32, "request_sha256": "cd" * 32}


@pytest.mark.parametrize(
    "wish",
    [WISH, replace(WISH, kind="TransferConsent", parties=("pupil",), **ABOUT),
     replace(WISH, kind="TransferWithdrawal", **ABOUT)],
    ids=lambda wish: wish.kind,
)  # fmt: skip
def test_wish_makes_a_step_of_the_family_that_reads_back(wish: TransferWish) -> None:
    """Under Bộ's seal, for the receiving school, named by the wish."""
    said = said_of(wish)
    assert read(encode(said), type(said)) == said
    assert (type(said).__name__, said.by) == (wish.kind, "family")  # type: ignore[union-attr]
    assert said.command_id == f"family-{wish.wish_id}"
    assert said.scope == {"owner": "bo", "school": NEW.school, "transfer": said.about}
    assert encode(said_of(replace(wish))) == encode(said)


def test_request_begins_a_transfer_named_by_its_wish() -> None:
    said = said_of(WISH)
    assert isinstance(said, TransferRequest)
    assert said.about == transfer_id_of(NEW.so, NEW.school, f"family-{WISH.wish_id}")
    assert (said.birth_date, said.issued_at) == ("2015-03-04", "2026-11-02T03:04:05.006Z")
    assert (said.receiving, said.sending, said.school, said.so) == (NEW, OLD, NEW.school, NEW.so)


def test_consent_and_withdrawal_name_the_request_that_they_are_about() -> None:
    said = said_of(replace(WISH, kind="TransferConsent", parties=("pupil",), **ABOUT))
    assert (said.about, said.request_sha256, said.parties) == ("ab" * 32, "cd" * 32, ("pupil",))  # type: ignore[union-attr]


@pytest.mark.parametrize("wrong", [{"kind": "TransferAnswer"}, {"birth_date": None},
                                   {"kind": "TransferWithdrawal", "reason": None}])  # fmt: skip
def test_what_no_family_says_makes_no_step(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="Transfer"):
        said_of(replace(WISH, **wrong))  # type: ignore[arg-type]
