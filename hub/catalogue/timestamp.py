"""Time-stamps over the heads of a Sở's log: what is wrong with a token, and what happens while none is to be had."""

from hub.catalogue.entry import Certainty, Entry, Severity

__all__ = ["ENTRIES"]

_RFC = "RFC 3161, RFC 5816; Nghị định 23/2025/NĐ-CP về dịch vụ tin cậy (cấp dấu thời gian)"
_HUB = "Quy ước của hub: dấu thời gian trên điểm kiểm của nhật ký"
_TOKEN_VI, _TOKEN_EN = (
    "Sở kiểm tra địa chỉ của đơn vị cấp dấu thời gian và các chứng thư gốc (timestamp_roots) trong chính sách tin cậy.",
    "Sở checks the address of the time-stamp authority and the roots (timestamp_roots) in its trust policy.",
)
_WAIT_VI, _WAIT_EN = (
    "Không cần gửi lại gì: hub tự thử lại. Người vận hành kiểm tra đường mạng và đơn vị cấp dấu thời gian (HUB_TIMESTAMP_URL).",
    "Nothing need be sent again: the hub tries again by itself. The operator checks network and authority (HUB_TIMESTAMP_URL).",
)


def _token(code: str, vi: str, en: str) -> Entry:
    return Entry(code, Severity.REFUSE, Certainty.SECONDARY, _RFC, vi, en, _TOKEN_VI, _TOKEN_EN)


def _wait(code: str, vi: str, en: str) -> Entry:
    return Entry(code, Severity.REFUSE, Certainty.CONTRACT, _HUB, vi, en, _WAIT_VI, _WAIT_EN)


ENTRIES: tuple[Entry, ...] = (
    _token("TIMESTAMP_UNREADABLE", "Dấu thời gian không đọc được.", "The time-stamp token cannot be read."),
    _token("TIMESTAMP_IMPRINT_DIFFERS", "Dấu thời gian thuộc về dữ liệu khác.", "The time-stamp is over other bytes."),
    _token("TIMESTAMP_NONCE_DIFFERS", "Dấu thời gian trả lời một yêu cầu khác.", "The time-stamp answers another request."),
    _token("TIMESTAMP_POLICY_DIFFERS", "Dấu thời gian theo chính sách {policy}, không phải chính sách đã định.",
           "The time-stamp is under policy {policy}, not the one that the trust policy names."),
    _token("TIMESTAMP_CERTIFICATE_UNFIT", "Chứng thư ký dấu thời gian không dành riêng cho việc cấp dấu thời gian.",
           "The certificate behind the time-stamp is not one for time-stamping alone."),
    _token("TIMESTAMP_CERTIFICATE_EXPIRED", "Chứng thư ký dấu thời gian không có hiệu lực vào thời điểm ghi trong dấu.",
           "The certificate behind the time-stamp was not valid at the time that it states."),
    _token("TIMESTAMP_SIGNATURE_WRONG", "Chữ ký của dấu thời gian không khớp, hoặc không dẫn tới chứng thư gốc được tin cậy.",
           "The time-stamp's signature does not verify, or does not lead to a trusted root."),
    _token("TIMESTAMP_MISSING", "Thiếu dấu thời gian mà chính sách tin cậy đòi hỏi.",
           "The time-stamp that the trust policy demands is missing."),
    Entry("TIMESTAMP_ROOTS_MISSING", Severity.WARN, Certainty.CONTRACT, _HUB,
          "Có dấu thời gian, nhưng chính sách tin cậy không nêu chứng thư gốc nào để kiểm tra.",
          "There is a time-stamp, but the trust policy names no root by which it could be checked.", _TOKEN_VI, _TOKEN_EN),
    _wait("TIMESTAMP_REFUSED", "Đơn vị cấp dấu thời gian từ chối yêu cầu ({status}).",
          "The time-stamp authority refused the request ({status})."),
    _wait("TIMESTAMP_UNAVAILABLE", "Không lấy được dấu thời gian ({reason}); việc niêm phong nhật ký phải chờ.",
          "No time-stamp is to be had ({reason}); the sealing of the log waits."),
    _wait("SEALING_OVERDUE", "Đợt chốt lâu nhất đã chờ niêm phong {age_s} giây, quá hạn {limit_s} giây.",
          "The oldest lock has waited {age_s} s to be sealed, more than {limit_s} s."),
    Entry("TIMESTAMP_AUTHORITY_EXPOSED", Severity.REFUSE, Certainty.CONTRACT, _HUB,
          "Đơn vị cấp dấu thời gian dùng khi phát triển chỉ được chạy trên máy này, không phải tại {host}.",
          "The development time-stamp authority serves this machine alone, not {host}.",
          "Dùng đơn vị cấp dấu thời gian thật cho hệ thống thật (HUB_TIMESTAMP_URL).",
          "Use a real time-stamp authority for a real system (HUB_TIMESTAMP_URL)."),
)  # fmt: skip
