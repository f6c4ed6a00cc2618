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
    _rule("SO_CLOSING_LEAVES",
        "Còn {documents} học bạ chưa chốt và {corrections} đề nghị đính chính chưa xong: sau khi đóng sẽ không chốt được.",
        "{documents} transcripts are not locked and {corrections} corrections not finished: after the end nothing locks them.",
        "Chốt hoặc thu hồi trước (hub deadline), hoặc đóng với --leave-open.",
        "Lock or recall them first (hub deadline), or close with --leave-open."),
    _rule("LOG_CLOSED_LATE",
        "Có đợt chốt ({lock_id}) sau điểm kiểm cuối cùng của nhật ký đã đóng; không có chỗ nào cho đợt này.",
        "A lock ({lock_id}) stands behind the final head of a closed log: there is no place for it.",
        "Dừng tại đây và báo người vận hành: so đồng hồ của máy chủ Kafka và PostgreSQL (docs/operations.md, đóng nhật ký).",
        "The worker stops here. Compare the clocks of brokers and database (docs/operations.md, closing a log)."),
    _rule("LOG_CLOSED_GROWN",
        "Nhật ký của Sở {so} đã đóng ở kích thước {tree_size} (Sở kế thừa: {successor}) nhưng có dữ liệu đã ký đi quá đó "
        "hoặc khác đó.",
        "The log of {so} ended at size {tree_size} ({successor} follows), and something signed goes beyond it or differs.",
        "Không nhận. Xem hub fork list: cặp văn bản được giữ làm bằng chứng; hỏi Sở kế thừa ai đang giữ khóa cũ.",
        "It is not taken. See hub fork list for the pair that is kept as evidence; ask the successor who holds the old keys."),
    _rule("CLOSING_NOT_COVERING",
        "Điểm kiểm cuối của nhật ký có kích thước {tree_size}, nhưng Bộ đang có đến {known}.",
        "The final head has size {tree_size}, but Bộ has {known}.",
        "Gửi lại điểm kiểm và bản kê còn thiếu trước, rồi gửi lại điểm kiểm cuối.",
        "Send the heads and manifests that are missing first, then the final head again."),
)  # fmt: skip
