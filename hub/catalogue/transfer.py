"""Transfers between schools: what a Sở or Bộ refuses of a step, and what a school finds wrong with what arrived."""

from hub.catalogue.entry import Certainty, Entry, Severity

__all__ = ["ENTRIES"]


def _transfer(code: str, vi: str, en: str, next_vi: str, next_en: str) -> Entry:
    return Entry(code, Severity.REFUSE, Certainty.CONTRACT, "docs/transfers.md", vi, en, next_vi, next_en)


_AT_SO = (
    _transfer("TRANSFER_FAMILY_AT_PORTAL", "Lời của gia đình do cổng tra cứu của Bộ ghi nhận, không gửi qua trường.",
        "What the family says itself is heard at Bộ's portal, not sent by a school.",
        "Gia đình vào cổng tra cứu; đơn giấy thì trường ký với `by: school`.",
        "The family uses the portal; a paper is signed for by the school (`by: school`)."),
    _transfer("TRANSFER_RECEIVER_ASKS", "Chỉ trường tiếp nhận được đề nghị cho chính mình.",
        "Only the receiving school may ask, for itself.",
        "Trường tiếp nhận lập đề nghị.", "The receiving school makes the request."),
    _transfer("TRANSFER_SAME_SCHOOL", "Trường chuyển đi và trường tiếp nhận là một.",
        "The sending and the receiving school are the same.",
        "Kiểm tra mã trường và Sở.", "Check the school codes and the Sở."),
    _transfer("TRANSFER_REASON_MISSING", "Từ chối phải bằng văn bản, có lý do.",
        "A refusal must be in writing, with its reason.", "Ghi lý do và ký lại.", "Give the reason and sign again."),
    _transfer("TRANSFER_ROOT_WRONG", "Số lượng hoặc gốc không phải của danh sách học bạ đã nêu, hoặc danh sách không tăng dần.",
        "Count or root are not those of the documents named, or these are not ascending.",
        "Tính lại từ danh sách rồi ký lại.", "Work them out from the list and sign again."),
)  # fmt: skip
_AT_BO = (
    _transfer("TRANSFER_CONTESTED", "Hai trường cùng đề nghị tiếp nhận học sinh; chưa ai được đi tiếp.",
        "Two schools ask for this pupil; neither goes on before a decision.",
        "Sở của trường chuyển đi quyết định.", "The Sở of the sending school decides."),
    _transfer("TRANSFER_ENDED", "Việc chuyển trường này đã kết thúc.", "This transfer has ended.",
        "Xem trạng thái; cần thì lập đề nghị mới.", "See its state; make a new request if needed."),
)  # fmt: skip
_ON_THE_WAY = (
    _transfer("TRANSFER_FOREIGN", "Bước chuyển trường không khớp với phong bì của nó, hoặc ghi giờ nhận ở tương lai.",
        "A step does not agree with the message that carries it, or claims to have been received in the future.",
        "Sở gửi lại đúng văn bản đã nhận.", "The Sở sends the statement on as it came."),
    _transfer("TRANSFER_UNSIGNED", "Bước chuyển trường không có chữ ký hợp lệ của người được ký: {codes}.",
        "A step has no valid signature of somebody who may take it: {codes}.",
        "Sở kiểm tra sổ đăng ký và gửi lại.", "The Sở checks its register and sends it again."),
    _transfer("TRANSFER_BOX_CLOSED", "Phong bì của học bạ {document} không mở được bằng khóa {key}, hoặc đã bị đổi chỗ hay sửa.",
        "The box of document {document} does not open with the key {key}, or it was moved or changed.",
        "Dùng đúng khóa nhận của trường; cần thì Sở yêu cầu gửi lại.",
        "Use the school's receiving key; if needed the Sở asks for it again."),
    _transfer("TRANSFER_EVIDENCE_LACKING", "Bộ chưa có đủ chứng cứ của học bạ {document}: {reason}.",
        "Bộ does not have all the evidence of document {document}: {reason}.",
        "Quản trị viên của Bộ xem nguyên nhân rồi cho chạy tiếp.", "An operator of Bộ looks at the cause and lets it go on."),
)  # fmt: skip
ENTRIES: tuple[Entry, ...] = _AT_SO + _AT_BO + _ON_THE_WAY
