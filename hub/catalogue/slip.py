"""Look-up slips: secrets as they are typed, who may issue one, and what a Sở sends on to Bộ."""

from hub.catalogue.entry import Certainty, Entry, Severity

__all__ = ["ENTRIES"]


def _slip(code: str, vi: str, en: str, next_vi: str, next_en: str) -> Entry:
    return Entry(code, Severity.REFUSE, Certainty.CONTRACT, "docs/portal.md", vi, en, next_vi, next_en)


ENTRIES: tuple[Entry, ...] = (
    _slip(
        "SLIP_SECRET_MALFORMED",
        "Mã bí mật phải gồm 17 ký tự chữ và số (không kể dấu gạch nối).",
        "A secret has 17 letters and digits (hyphens not counted).",
        "Nhập lại mã như in trên phiếu tra cứu.",
        "Type it again as printed on the slip.",
    ),
    _slip(
        "SLIP_SECRET_CHECK_SYMBOL",
        "Mã bí mật sai: ký tự kiểm tra không khớp.",
        "The secret is wrong: its check symbol does not agree.",
        "So từng ký tự với phiếu; có thể một ký tự bị gõ nhầm hoặc hai ký tự bị đảo.",
        "Compare symbol by symbol with the slip; one may be mistyped or two exchanged.",
    ),
    _slip(
        "SLIP_PUPIL_NOT_YOURS",
        "Trường không được cấp phiếu cho mã tra cứu này: học bạ đã chốt mới nhất không phải của trường, học sinh cũng"
        " không có trong danh sách của trường, hoặc mã học sinh không đúng.",
        "The school may not issue a slip for this locator: it has neither the newest locked transcript nor the pupil on"
        " its roster, or the pupil's code is another one.",
        "Kiểm tra mã tra cứu và mã học sinh; học sinh đã chuyển trường thì trường mới cấp phiếu.",
        "Check locator and code; for a pupil who has moved, the new school issues the slip.",
    ),
    _slip(
        "SLIP_NO_LOCATOR",
        "Học sinh này chưa có mã tra cứu: chưa có học bạ nào được chốt.",
        "This pupil has no locator yet: nothing has been locked.",
        "Chốt học bạ trước, rồi cấp phiếu.",
        "Lock a transcript first, then issue the slip.",
    ),
    _slip(
        "SLIP_FOREIGN",
        "Phiếu tra cứu không phải của Sở đã gửi: Sở, lệnh hoặc khóa bản tin khác với phần đã ký.",
        "The slip is not of the Sở that sent it: Sở, command or record key differ from what was signed.",
        "Bản tin nằm trong vùng cách ly; Sở kiểm tra hệ thống đã gửi.",
        "The message is in quarantine; the Sở checks the system that sent it.",
    ),
    _slip(
        "SLIP_UNSIGNED",
        "Chữ ký trên phiếu tra cứu không hợp lệ tại Bộ ({codes}).",
        "The signature of the slip is not valid at Bộ ({codes}).",
        "Bản tin nằm trong vùng cách ly; trường cấp phiếu mới.",
        "The message is in quarantine; the school issues a new slip.",
    ),
)
