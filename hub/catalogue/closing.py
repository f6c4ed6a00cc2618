"""A Sở whose log is closed: what its register takes, what comes too late, and a log that grows after its end."""

from hub.catalogue.entry import Certainty, Entry, Severity

__all__ = ["ENTRIES"]

_SOURCE = "docs/adr/0031"


def _rule(code: str, vi: str, en: str, next_vi: str, next_en: str) -> Entry:
    return Entry(code, Severity.REFUSE, Certainty.CONTRACT, _SOURCE, vi, en, next_vi, next_en)


ENTRIES = (
    _rule("SO_CLOSED",
        "Nhật ký của Sở đã đóng theo quyết định {decision}; Sở kế thừa là {successor}. Lệnh này không được thực hiện.",
        "The Sở's log is closed by decision {decision}; {successor} follows. This command is not carried out.",
        "Gửi hồ sơ mới đến Sở kế thừa. Những gì đã chốt vẫn có giá trị và tra cứu được; việc sửa học bạ đã chốt ở Sở đã đóng "
        "chưa có quy định.",
        "Send new records to the Sở that follows. What was locked stays valid and is found; who corrects what a closed Sở "
        "has locked is not decided yet."),
    _rule("LOG_CLOSING_WRONG",
        "Mục đóng nhật ký không dùng được ({reason}).", "The entry that closes a log cannot be used ({reason}).",
        "Mã mục là mã Sở; Sở kế thừa là một Sở khác; mục không có ngày kết thúc. Sửa rồi ký lại.",
        "The entry's id is the Sở's slug, the successor is another Sở, and the entry has no end. Correct and sign again."),
    _rule("LOG_CLOSING_FINAL",
        "Việc đóng nhật ký đã có hiệu lực từ {since}, Sở kế thừa là {successor}; không thay đổi được nữa.",
        "The closing has been in force since {since}, {successor} follows; it cannot be changed any more.",
        "Chỉ trước khi có hiệu lực mới đổi được ngày đóng hoặc Sở kế thừa.",
        "Date and successor can be changed only before the closing is in force."),
)  # fmt: skip
