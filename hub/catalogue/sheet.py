"""What a check of a printed sheet (PDF) finds, and why one cannot be made."""

from hub.catalogue.entry import Certainty, Entry, Severity

__all__ = ["ENTRIES"]

_GROUND = "Quy ước của hub: tờ học bạ là dữ liệu của nó (ADR 0035)"
_ASK = (
    "Không dùng tệp này; xin nơi cấp một tệp mới, hoặc tra cứu bằng mã số tra cứu.",
    "Do not rely on this file; ask who issued it for a new one, or look the record up.",
)


def _wrong(code: str, vi: str, en: str) -> Entry:
    return Entry(code, Severity.REFUSE, Certainty.CONTRACT, _GROUND, vi, en, *_ASK)


ENTRIES = (
    _wrong(
        "SHEET_UNREADABLE",
        "Tệp PDF này không phải tờ học bạ do hub lập: {reason}.",
        "This PDF is no sheet that a hub has set: {reason}.",
    ),
    _wrong("SHEET_TOO_LARGE", "Tệp PDF lớn hơn {limit}.", "The PDF is larger than {limit}."),
    _wrong(
        "SHEET_DIFFERS",
        "Tờ học bạ không giống tờ lập lại từ dữ liệu kèm trong tệp: hình hoặc chữ đã bị sửa.",
        "The sheet is not the one that its own data makes: what it shows was altered.",
    ),
    _wrong("SHEET_NOT_SEALED", "Tờ học bạ không có dấu.", "The sheet has no seal."),
    _wrong("SHEET_SEAL_SEVERAL", "Tệp có hơn một dấu.", "The file has more than one seal."),
    _wrong(
        "SHEET_SEAL_NOT_WHOLE",
        "Dấu không phủ cả tệp: có nội dung ngoài dấu.",
        "The seal does not cover the whole file: something stands outside it.",
    ),
    _wrong(
        "SHEET_SEAL_ADDS",
        "Cùng với dấu, tệp có thêm nội dung không thuộc tờ học bạ hay dấu.",
        "Together with the seal the file holds something that belongs to neither sheet nor seal.",
    ),
    _wrong("SHEET_SEAL_WRONG", "Dấu trên tệp không đúng.", "The seal does not verify."),
    _wrong(
        "SHEET_SEALER_UNKNOWN",
        "Sổ đăng ký không cho người giữ dấu này đóng dấu học bạ của Sở đó vào lúc đó.",
        "The register does not let the holder of this seal seal transcripts of that Sở at that time.",
    ),
    _wrong(
        "SHEET_CLAIM_WRONG", "Nội dung mã QR không đúng khuôn.", "What the QR code holds is not of its form."
    ),
    _wrong(
        "SHEET_CLAIM_DIFFERS",
        "Mã QR nói về một học bạ khác, hoặc do người khác ký.",
        "The QR code speaks of another transcript, or was signed by another.",
    ),
    Entry(
        "SHEET_NOT_STAMPED", Severity.WARN, Certainty.CONTRACT, _GROUND,
        "Dấu không có dấu thời gian: không biết tờ này được đóng dấu lúc nào.",
        "The seal has no time-stamp: nothing tells when the sheet was sealed.",
        "Xin nơi cấp một tờ có dấu thời gian.", "Ask who issued it for a sheet with a time-stamp.",
    ),
    Entry(
        "SHEET_LAYOUT_NOT_HERE", Severity.WARN, Certainty.CONTRACT, _GROUND,
        "Tờ này dàn theo mẫu {layout} mà chương trình này không có: không so được chữ trên tờ với dữ liệu kèm theo.",
        "The sheet was set with layout {layout}, which this program has not: what it shows cannot be compared with its data.",
        "Kiểm tra bằng phiên bản hub có mẫu đó, hoặc tra cứu bằng mã số tra cứu.",
        "Check it with a version of the hub that has the layout, or look the record up.",
    ),
    Entry(
        "SHEET_LAYOUT_UNKNOWN", Severity.REFUSE, Certainty.CONTRACT, _GROUND,
        "Không có mẫu trình bày {layout}.", "There is no layout {layout}.",
        "Dùng mẫu mới nhất.", "Use the newest layout.",
    ),
    Entry(
        "SHEET_SEAL_UNAVAILABLE", Severity.REFUSE, Certainty.CONTRACT, _GROUND,
        "Chưa đóng dấu được bây giờ: {reason}.", "The sheet cannot be sealed now: {reason}.",
        "Thử lại; kiểm tra máy chủ dấu thời gian và khóa của dấu.",
        "Try again; look at the time-stamp authority and the key of the seal.",
    ),
)  # fmt: skip
