"""Transfers as a Sở and a school hear of them: what is wrong with a notice, a delivery, a folder or a key."""

from hub.catalogue.entry import Certainty, Entry, Severity

__all__ = ["ENTRIES"]


def _told(code: str, vi: str, en: str, next_vi: str, next_en: str) -> Entry:
    return Entry(code, Severity.REFUSE, Certainty.CONTRACT, "docs/transfers.md", vi, en, next_vi, next_en)


_NOTICES = (
    _told("TRANSFER_NOTICE_UNSIGNED", "Thông báo chuyển trường không có chữ ký hợp lệ của Bộ.",
        "A notice about a transfer is not signed by Bộ's seal.",
        "Báo quản trị hệ thống; không làm theo thông báo này.", "Tell the operator; do not act on this notice."),
    _told("TRANSFER_NOTICE_DIFFERS", "Hai thông báo khác nhau mang cùng một số thứ tự của một việc chuyển trường.",
        "Two different notices have the same number of one transfer.",
        "Báo Bộ; thông báo đến trước được giữ.", "Tell Bộ; the notice that came first is kept."),
    _told("TRANSFER_DOCUMENT_DIFFERS", "Hai học bạ khác nhau mang cùng một chỗ trong một lần giao.",
        "Two different transcripts have the same place in one delivery.",
        "Báo Bộ; học bạ đến trước được tính.", "Tell Bộ; the one that came first is counted."),
)  # fmt: skip
_ASKED = (
    _told("TRANSFER_NOT_HEARD", "Không có thông báo nào cho {school} về việc chuyển trường {transfer}.",
        "{school} was told nothing of a transfer {transfer}.",
        "Xem `hub transfer status`; thông báo có thể chưa đến.", "See `hub transfer status`; the notice may still come."),
    _told("TRANSFER_AMBIGUOUS", "Phần đầu mã {transfer} chỉ {count} việc chuyển trường.",
        "{transfer} begins the ids of {count} transfers.", "Ghi nhiều ký tự hơn.", "Give more of the id."),
    _told("TRANSFER_PUPIL_MALFORMED", "Định danh học sinh không đọc được.",
        "The pupil's identifier does not read.",
        "Ghi dạng id:012345678901, passport:… hoặc school:<sở>:<trường>:<mã>.",
        "Write id:012345678901, passport:… or school:<sở>:<school>:<code>."),
    _told("TRANSFER_NOT_THIS_SIDE", "{school} không phải trường được làm bước này ({wanted}).",
        "{school} is not the school that takes this step ({wanted}).",
        "Bên kia ký bước này.", "The other side signs this step."),
)  # fmt: skip
_RECEIVED = (
    _told("TRANSFER_NOT_DELIVERED", "Chưa có hồ sơ nào được giao cho việc chuyển trường này (trạng thái {state}).",
        "No history has been delivered for this transfer yet (state {state}).",
        "Chờ nơi đi chuyển trả và Bộ giao.", "Wait until the sending school releases and Bộ delivers."),
    _told("TRANSFER_DELIVERY_INCOMPLETE", "Lần giao {delivery} thiếu {missing} trong {count} học bạ.",
        "Of delivery {delivery}, {missing} of {count} transcripts are missing.",
        "Chạy lại sau; nếu vẫn thiếu, Sở yêu cầu gửi lại (resolve resend).",
        "Run it again later; if they stay away, the Sở asks again (resolve resend)."),
    _told("TRANSFER_EVIDENCE_INVALID", "Tệp bằng chứng của học bạ {document} không chứng minh được học bạ đó: {codes}.",
        "The evidence file of document {document} does not prove it: {codes}.",
        "Không ký nhận; báo Sở để yêu cầu gửi lại.", "Do not sign; tell the Sở, which asks for it again."),
    _told("TRANSFER_FOLDER_FOREIGN", "Thư mục {folder} giữ hồ sơ của một việc chuyển trường khác.",
        "{folder} holds the history of another transfer.", "Chọn thư mục khác.", "Choose another folder."),
    _told("TRANSFER_FOLDER_WRONG", "Thư mục {folder} không còn là hồ sơ đã nhận: {reason}.",
        "{folder} is not what was received any more: {reason}.",
        "Chạy lại `hub transfer receive`.", "Run `hub transfer receive` again."),
    _told("TRANSFER_REMOVE", "Việc chuyển trường đã kết thúc ({state}) mà không có tiếp nhận: phải xóa hồ sơ đã nhận.",
        "The transfer ended ({state}) without the pupil coming: what was received must be removed.",
        "Chạy `hub transfer receive --remove`.", "Run `hub transfer receive --remove`."),
    _told("TRANSFER_NO_RECEIVING_KEY", "{file} không phải khóa nhận của trường, hoặc sai mật khẩu.",
        "{file} is no receiving key, or its password is wrong.",
        "Tạo khóa bằng `hub transfer key`.", "Make one with `hub transfer key`."),
)  # fmt: skip
ENTRIES: tuple[Entry, ...] = _NOTICES + _ASKED + _RECEIVED
