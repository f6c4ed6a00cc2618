"""What the portal (cổng tra cứu) answers when it does not do what was asked."""

from hub.catalogue.entry import Certainty, Entry, Severity

__all__ = ["ENTRIES"]

_GROUND = "docs/portal.md"


def _entry(code: str, vi: str, en: str, next_vi: str, next_en: str) -> Entry:
    return Entry(code, Severity.REFUSE, Certainty.CONTRACT, _GROUND, vi, en, next_vi, next_en)


_AGAIN = ("Tải lại trang rồi gửi lại.", "Load the page again, then send again.")
_SLIP = ("Nhập lại mã trên phiếu tra cứu.", "Enter the codes of the slip again.")

ENTRIES = (
    _entry("PORTAL_PAGE_UNKNOWN", "Không có trang này.", "There is no such page.", "Về trang tra cứu.",
           "Go to the look-up page."),
    _entry("PORTAL_REQUEST_WRONG", "Yêu cầu không đúng khuôn.", "The request is not of its form.", *_AGAIN),
    _entry("PORTAL_FORM_STALE", "Biểu mẫu đã hết hạn hoặc không từ trang này.",
           "The form is too old, or was not sent from this site.", *_AGAIN),
    _entry("PORTAL_UPLOAD_TOO_LARGE", "Tệp hoặc yêu cầu lớn hơn {limit} byte.",
           "The file or the request is larger than {limit} bytes.", "Gửi tệp đúng như đã nhận.",
           "Send the file just as it was received."),
    _entry("PORTAL_UPLOAD_EMPTY", "Chưa chọn tệp và chưa nhập nội dung mã QR.",
           "Neither a file nor the text of a QR code was sent.", "Chọn một tệp, hoặc dán nội dung mã QR.",
           "Choose a file, or paste the text of the QR code."),
    _entry("PORTAL_SESSION_OVER", "Phiên xem đã hết (15 phút), hoặc phiếu đã được thay.",
           "The session is over (15 minutes), or the slip has been replaced.", *_SLIP),
    _entry("PORTAL_NOTHING_THERE", "Trong học bạ này không có mục đó.", "This record has no such entry.",
           "Về trang học bạ và chọn lại.", "Go to the record and choose again."),
    _entry("PORTAL_DATE_WRONG", "Ngày không đúng.", "That is no date.", "Nhập ngày có thật, ví dụ 31/05/2026.",
           "Enter a date that exists, such as 31/05/2026."),
    _entry("PORTAL_SHARE_WRONG", "Chưa chia sẻ: thiếu người nhận, mục đích, năm học hoặc thời hạn.",
           "Nothing was shared: recipient, purpose, years or time are missing.", "Điền đủ rồi gửi lại.",
           "Fill in everything and send again."),
    _entry("PORTAL_CONSENT_MISSING", "Chưa làm: còn thiếu sự đồng ý của người có quyền.",
           "Nothing was done: the consent of somebody who must agree is missing.",
           "Mỗi người cần đồng ý đăng nhập một lần trong phiên này.",
           "Everyone whose consent is needed logs in once in this session."),
    _entry("PORTAL_TRANSFER_WRONG", "Chưa gửi: thiếu trường, năm học, lớp hoặc lý do (3 đến 500 ký tự).",
           "Nothing was sent: school, year, grade or reason (3 to 500 characters) are missing.", "Điền đủ rồi gửi lại.",
           "Fill in everything and send again."),
    _entry("PORTAL_TRANSFER_MANY", "Gia đình đã gửi quá nhiều lần về chuyển trường trong một ngày.",
           "The family has sent too much about transfers within a day.", "Chờ đến ngày mai rồi gửi lại.",
           "Wait until tomorrow, then send again."),
    _entry("PORTAL_BUSY", "Cổng đang bận.", "The portal is busy.", "Chờ một phút rồi thử lại.",
           "Wait a minute, then try again."),
    _entry("IDENTITY_REFUSED", "Đăng nhập không thành công ({reason}).", "The log-in did not succeed ({reason}).",
           "Đăng nhập lại từ trang đang làm.", "Log in again from the page that led here."),
    _entry("IDENTITY_OTHER", "Người đăng nhập không phải học sinh này hay người giám hộ của em.",
           "Who logged in is neither this pupil nor a guardian of this pupil.", "Đăng nhập bằng tài khoản đúng.",
           "Log in with the right account."),
    _entry("IDENTITY_UNAVAILABLE", "Nơi đăng nhập chưa trả lời.", "The log-in service does not answer.",
           "Chờ một phút rồi thử lại.", "Wait a minute, then try again."),
    _entry("IDENTITY_NOT_CONFIGURED", "Cổng này chưa nối với nơi đăng nhập nào, nên chưa đồng ý được.",
           "This portal has no log-in service, so nobody can consent.", "Hỏi nơi vận hành cổng.",
           "Ask who runs the portal."),
    _entry("IDENTITY_NOT_LOCAL", "Nơi đăng nhập thử chỉ chạy trên máy này, không chạy ở {address}.",
           "The development log-in runs on this machine alone, not at {address}.",
           "Đặt HUB_IDENTITY_ISSUER, hoặc dùng địa chỉ 127.0.0.1.",
           "Set HUB_IDENTITY_ISSUER, or use an address of 127.0.0.1."),
)  # fmt: skip
