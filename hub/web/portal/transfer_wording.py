"""Words of a transfer for a family: who is awaited for what, and what each step was."""

from collections.abc import Mapping
from types import MappingProxyType

from hub.web.portal.transfer_store import FamilyStep
from hub.web.portal.wording import Both

__all__ = ["AWAITED", "PARTIES", "WISHES", "step_text"]

_RECEIVING, _SENDING = Both("Trường tiếp nhận", "The receiving school"), Both("Trường chuyển đi", "The sending school")

AWAITED: Mapping[str, tuple[Both, Both]] = MappingProxyType({
    "consent": (Both("Gia đình", "The family"), Both("đồng ý", "to consent")),
    "referral": (Both("Hai Sở", "Both Sở"), Both("giới thiệu", "to refer the pupil")),
    "answer": (_RECEIVING, Both("trả lời", "to answer")),
    "release": (_SENDING, Both("chuyển trả hồ sơ", "to release the records")),
    "dispatch": (Both("Bộ", "Bộ"), Both("giao học bạ", "to send the history")),
    "acknowledgement": (_RECEIVING, Both("ký xác nhận đã nhận đủ học bạ", "to sign for the whole history")),
    "decision": (Both("Sở của trường chuyển đi", "The Sở of the sending school"), Both("quyết định", "to decide")),
})  # fmt: skip
PARTIES: Mapping[str, Both] = MappingProxyType({
    "pupil": Both("Học sinh", "The pupil"), "guardian": Both("Người giám hộ", "A guardian"),
})  # fmt: skip
WISHES: Mapping[str, Both] = MappingProxyType({
    "TransferRequest": Both("Đề nghị chuyển trường", "Request to transfer"),
    "TransferConsent": Both("Đồng ý chuyển trường", "Consent to the transfer"),
    "TransferWithdrawal": Both("Rút đề nghị", "Withdrawal"),
})  # fmt: skip
_STEPS: Mapping[tuple[str, str], Both] = MappingProxyType({
    ("TransferRequest", "family"): Both("Gia đình đề nghị chuyển trường", "The family asked for the transfer"),
    ("TransferRequest", "school"): Both("Trường tiếp nhận lập đề nghị", "The receiving school asked"),
    ("TransferReferral", "department"): Both("Sở giới thiệu học sinh", "A Sở referred the pupil"),
    ("TransferAnswer", "accept"): Both("Trường tiếp nhận nhận học sinh", "The receiving school takes the pupil"),
    ("TransferAnswer", "refuse"): Both("Trường tiếp nhận từ chối", "The receiving school refused"),
    ("TransferRelease", ""): Both("Trường chuyển đi chuyển trả hồ sơ", "The sending school released the records"),
    ("TransferDispatch", "bo"): Both("Bộ giao học bạ cho trường tiếp nhận", "Bộ sent the history to that school"),
    ("TransferFlag", "bo"): Both("Bộ lưu ý trường tiếp nhận xem lại học kì I của trường cũ",
                                 "Bộ asked the receiving school to look again at the former school's semester"),
    ("TransferAcknowledgement", ""): Both("Trường tiếp nhận ký xác nhận học bạ đang giữ",
                                          "The receiving school signed for what it holds"),
    ("TransferWithdrawal", "family"): Both("Gia đình rút đề nghị", "The family withdrew the request"),
    ("TransferWithdrawal", "school"): Both("Trường tiếp nhận rút đề nghị", "The receiving school withdrew the request"),
    ("TransferDecision", "prefer"): Both("Sở quyết định cho đề nghị này đi tiếp", "A Sở decided for this request"),
    ("TransferDecision", "cancel"): Both("Sở quyết định dừng", "A Sở decided to end it"),
    ("TransferDecision", "release"): Both("Sở chuyển trả hồ sơ thay trường", "A Sở released in place of the school"),
    ("TransferDecision", "resend"): Both("Sở đề nghị giao lại học bạ", "A Sở asked to send the history again"),
})  # fmt: skip


def step_text(step: FamilyStep) -> Both:
    """Return one sentence on a step; a kind that is not known here by its name alone."""
    if step.kind == "TransferConsent":
        return _consent(step)
    if step.kind == "TransferOverdue":
        who, what = AWAITED.get(str(step.said.get("awaited")), (Both("", ""), Both("", "")))
        return Both(f"Quá hạn: chờ {who.vi.lower()} {what.vi}", f"Overdue: {who.en} {what.en}")
    about = step.said.get("decision") or step.said.get("by") or ""
    found = _STEPS.get((step.kind, about)) or Both(step.kind, step.kind)
    count = step.said.get("count")
    return found if count is None else Both(f"{found.vi} ({count} học bạ)", f"{found.en} ({count} transcripts)")


def _consent(step: FamilyStep) -> Both:
    parties = [PARTIES[one] for one in step.said.get("parties", ()) if one in PARTIES]
    vi, en = " và ".join(one.vi.lower() for one in parties), " and ".join(one.en.lower() for one in parties)
    on_paper = step.said.get("by") == "school"
    return Both(
        vi.capitalize() + " đồng ý" + (" (đơn giấy, nhà trường ghi nhận)" if on_paper else ""),
        en.capitalize() + " agreed" + (" (on paper, told by a school)" if on_paper else ""),
    )
