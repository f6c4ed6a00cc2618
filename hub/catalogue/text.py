"""How names and comments are written: old encodings, double encoding, look-alike letters. All of it only warns."""

from hub.catalogue.entry import Certainty, Entry, Severity

__all__ = ["ENTRIES"]

_RETYPE_VI = (
    "Xem nội dung đề nghị trong “repair”, đối chiếu với giấy khai sinh hoặc bản gốc, gõ lại bằng bảng mã Unicode rồi ký"
    " lại; nếu chữ vốn viết như vậy thì không phải làm gì."
)
_RETYPE_EN = (
    "See the proposal in “repair”, compare it with the birth certificate or the original, type the text again in Unicode"
    " and sign again; if it is meant so, nothing is to be done."
)


def _text(code: str, vi: str, en: str) -> Entry:
    return Entry(code, Severity.WARN, Certainty.ASSUMED, "TCVN 6909:2001 (Unicode)", vi, en, _RETYPE_VI, _RETYPE_EN)


ENTRIES: tuple[Entry, ...] = (
    _text(
        "TEXT_LEGACY_ENCODING",
        "Nội dung giống chữ gõ bằng bảng mã cũ {encoding} chưa chuyển sang Unicode.",
        "The text looks like the old encoding {encoding}, not converted to Unicode.",
    ),
    _text(
        "TEXT_DOUBLE_UTF8",
        "Nội dung bị mã hóa UTF-8 hai lần khi chuyển tệp.",
        "The text was encoded as UTF-8 twice when a file was converted.",
    ),
    _text(
        "TEXT_LOOKALIKE_LETTER",
        "Tên có chữ cái của hệ chữ khác chỉ trông giống chữ Latinh (ví dụ Ð thay cho Đ, а của chữ Kirin).",
        "The name has letters that only look Latin (such as Ð for Đ, or the Cyrillic а).",
    ),
)
