"""States: why a transcript, a round, a correction or a transfer stands where it stands, and what comes next."""

from hub.catalogue.entry import Certainty, Entry, Severity

__all__ = ["ENTRIES"]

_SOURCE = "Quy ước của hub: vòng đời học bạ số (docs/lifecycle.md)"
_NOTHING_VI = "Không phải làm gì."
_NOTHING_EN = "Nothing is to be done."
_ANEW_VI = "Nếu vẫn cần đính chính, lập đề nghị mới."
_ANEW_EN = "If a correction is still needed, make a new request."


def _state(code: str, vi: str, en: str, next_vi: str = _NOTHING_VI, next_en: str = _NOTHING_EN) -> Entry:
    return Entry(code, Severity.WARN, Certainty.CONTRACT, _SOURCE, vi, en, next_vi, next_en)


_DOCUMENTS = (
    _state("STATE_DOCUMENT_OPEN", "Học bạ đã được nhận, chưa chốt.", "The transcript is accepted and not locked yet.",
        "Hiệu trưởng đề nghị chốt đợt; trước đó còn thu hồi hoặc thay được.",
        "The principal asks to lock the round; until then it can be recalled or replaced."),
    _state("STATE_DOCUMENT_PENDING", "Đã nhận; chưa biết tình trạng của một chứng thư ký.",
        "Accepted; the status of a signing certificate is not known yet.",
        "Chờ biên nhận tiếp theo; hệ thống tự kiểm tra lại.", "Wait for the next receipt; the hub checks again."),
    _state("STATE_DOCUMENT_HELD", "Đã nhận; một trường khác cũng báo cáo học sinh này.",
        "Accepted; another school reports this pupil too.",
        "Trường báo cáo nhầm thu hồi, hoặc Sở quyết định.", "The school that erred recalls, or Sở decides."),
    _state("STATE_DOCUMENT_REFUSED", "Học bạ bị từ chối sau khi có đủ dữ liệu.",
        "The transcript was refused once all data were there.",
        "Xem biên nhận, sửa lỗi, ký lại và gửi lại.", "See the receipt, mend it, sign and send again."),
    _state("STATE_DOCUMENT_RECALLED", "Trường đã thu hồi học bạ này.", "The school has recalled this transcript.",
        "Gửi lại bản đúng nếu cần.", "Send the right one if it is needed."),
    _state("STATE_DOCUMENT_REPLACED", "Một bản mới hơn đã thay bản này trước khi chốt.",
        "A newer version took its place before the lock."),
    _state("STATE_DOCUMENT_LOCKED", "Học bạ đã chốt và có giá trị.", "The transcript is locked and in force.",
        "Muốn sửa, giáo viên lập đề nghị đính chính.", "To change it, a teacher asks for a correction."),
    _state("STATE_DOCUMENT_SUPERSEDED", "Bản đính chính đã chốt thay cho bản này; bản này vẫn đọc được.",
        "A correction was locked in its place; this version stays readable.",
        "Dùng bản hiện hành.", "Use the current version."),
)  # fmt: skip
_ROUNDS = (
    _state("STATE_ROUND_OPEN", "Đợt đang nhận học bạ.", "The round takes transcripts.",
        "Gửi đủ học bạ, rồi hiệu trưởng đề nghị chốt.", "Hand everything in, then the principal asks to lock."),
    _state("STATE_ROUND_CLOSING", "Đề nghị chốt đã được nhận; đợt đang được chốt.",
        "The lock request was accepted; the round is being locked.",
        "Chờ biên nhận chốt.", "Wait for the receipt of the lock."),
    _state("STATE_ROUND_LOCKED", "Đợt đã chốt.", "The round is locked.",
        "Muốn sửa một học bạ, lập đề nghị đính chính.", "To change a transcript, ask for a correction."),
)  # fmt: skip
_CORRECTIONS = (
    _state("STATE_CORRECTION_REQUESTED", "Giáo viên đã đề nghị đính chính.", "A teacher has asked for a correction.",
        "Hiệu trưởng, là người khác, xác nhận.", "The principal, another person, confirms."),
    _state("STATE_CORRECTION_CONFIRMED", "Hiệu trưởng đã xác nhận đề nghị.", "The principal has confirmed the request.",
        "Trường đóng dấu và gửi Sở.", "The school seals it and hands it to Sở."),
    _state("STATE_CORRECTION_SUBMITTED", "Trường đã gửi đề nghị mở khóa đến Sở.",
        "The school has asked Sở to unlock.",
        "Sở chấp thuận và cho thời hạn, hoặc từ chối có lý do.", "Sở approves with a closing time, or rejects with a reason."),
    _state("STATE_CORRECTION_APPROVED", "Sở đã mở khóa có thời hạn cho đúng học sinh và trường dữ liệu này.",
        "Sở has opened a window for this pupil and these fields.",
        "Gửi bản đính chính trước khi hết thời hạn.", "Hand the corrected transcript in before the window closes."),
    _state("STATE_CORRECTION_REJECTED", "Sở đã từ chối đề nghị.", "Sở has rejected the request.",
        "Xem lý do của Sở; nếu vẫn cần, lập đề nghị mới.", "See the reason given; if still needed, make a new request."),
    _state("STATE_CORRECTION_RESUBMITTED", "Bản đính chính đã được nhận, chưa chốt; bản cũ vẫn có giá trị.",
        "The corrected transcript is accepted and not locked yet; the old one is still in force.",
        "Hiệu trưởng đề nghị chốt đợt đính chính.", "The principal asks to lock the round of the correction."),
    _state("STATE_CORRECTION_RELOCKED", "Bản đính chính đã chốt và thay bản cũ.",
        "The corrected transcript is locked and took the place of the old one."),
    _state("STATE_CORRECTION_EXPIRED", "Thời hạn mở khóa đã hết mà không có bản đính chính.",
        "The window closed without a corrected transcript.", _ANEW_VI, _ANEW_EN),
    _state("STATE_CORRECTION_WITHDRAWN", "Trường đã rút đề nghị.", "The school has withdrawn the request.",
        _ANEW_VI, _ANEW_EN),
)  # fmt: skip

_TRANSFERS = (
    _state("STATE_TRANSFER_CONTESTED", "Hai trường cùng đề nghị tiếp nhận học sinh này.",
        "Two schools ask for this pupil at the same time.",
        "Sở của trường chuyển đi quyết định.", "The Sở of the sending school decides."),
    _state("STATE_TRANSFER_REQUESTED", "Đã đề nghị; chờ gia đình đồng ý.", "Asked for; the family has yet to consent.",
        "Gia đình đồng ý tại cổng tra cứu, hoặc trường nhận đơn có chữ ký.",
        "The family consents at the portal, or a school takes the signed application."),
    _state("STATE_TRANSFER_CONSENTED", "Gia đình đã đồng ý; chờ trường tiếp nhận trả lời.",
        "The family has consented; the receiving school has yet to answer.",
        "Trường tiếp nhận trả lời; theo quy định cũ, Sở giới thiệu trước.",
        "The receiving school answers; under the earlier procedure the Sở refer first."),
    _state("STATE_TRANSFER_REFERRED", "Đã có giới thiệu; chờ trường tiếp nhận trả lời.",
        "Referred; the receiving school has yet to answer.",
        "Trường tiếp nhận trả lời.", "The receiving school answers."),
    _state("STATE_TRANSFER_ACCEPTED", "Trường tiếp nhận đồng ý; chờ trường chuyển đi trả hồ sơ.",
        "The receiving school takes the pupil; the sending school has yet to release.",
        "Trường chuyển đi chốt phần của mình và ký chuyển trả hồ sơ.",
        "The sending school locks what is its own and signs the release."),
    _state("STATE_TRANSFER_RELEASED", "Trường chuyển đi đã chuyển trả; Bộ đang giao học bạ.",
        "Released; Bộ is about to send the history.",
        "Chờ học bạ đến; trường tiếp nhận phải có khóa nhận trong sổ đăng ký.",
        "Wait for the history; the receiving school needs a receiving key in the register."),
    _state("STATE_TRANSFER_SENT", "Học bạ đã giao; chờ trường tiếp nhận ký xác nhận.",
        "The history is sent; the receiving school has yet to sign for it.",
        "Trường tiếp nhận mở, kiểm tra và ký đúng những gì đang giữ.",
        "The receiving school opens it, checks it and signs for exactly what it holds."),
    _state("STATE_TRANSFER_CLOSED", "Đã chuyển xong: trường tiếp nhận đã ký xác nhận toàn bộ học bạ.",
        "Complete: the receiving school has signed for the whole history."),
    _state("STATE_TRANSFER_AMENDED", "Đã chuyển xong, sau đó học bạ có bản mới; chờ trường tiếp nhận ký xác nhận lại.",
        "Complete, and something of the history changed since; the receiving school has yet to sign for it again.",
        "Trường tiếp nhận nhận bản mới và ký.", "The receiving school takes the new version and signs."),
    _state("STATE_TRANSFER_REFUSED", "Trường tiếp nhận từ chối, có lý do.",
        "The receiving school refused, with its reason.",
        "Gia đình có thể đề nghị trường khác.", "The family may ask another school."),
    _state("STATE_TRANSFER_WITHDRAWN", "Đề nghị đã được rút; học sinh vẫn học tại trường cũ.",
        "The request was withdrawn; the pupil stays at the former school.",
        "Nếu vẫn muốn chuyển, đề nghị lại.", "Ask again if the pupil still wants to move."),
    _state("STATE_TRANSFER_CANCELLED", "Sở quyết định dừng; học sinh vẫn học tại trường cũ hoặc đến trường khác.",
        "Ended by decision of a Sở; the pupil stays, or goes to another school.",
        "Xem quyết định của Sở.", "See the decision of the Sở."),
)  # fmt: skip

ENTRIES: tuple[Entry, ...] = _DOCUMENTS + _ROUNDS + _CORRECTIONS + _TRANSFERS
