"""Words and figures of the pages: dates by day, what a grade of evidence means, parts of a proof, verdicts."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import NamedTuple

from hub.domain.civil import VIETNAM, last_day
from hub.domain.form import date_text
from hub.domain.locator import printed
from hub.domain.organisations import DEPARTMENTS
from hub.trust import Grade

__all__ = [
    "EVIDENCE", "FACTS", "GRADES", "LOOKED", "OWN_SHARING", "PARTS", "PERIODS", "ROLES", "VERDICTS", "Both", "born_on",
    "day_of", "day_text", "fact_text", "time_text", "years_text",
]  # fmt: skip

_YEAR_OR_MONTH = re.compile(r"(?:(\d{1,2})[/.])?(\d{4})", re.ASCII)


class Both(NamedTuple):
    """One text in both languages."""

    vi: str
    en: str


EVIDENCE: Mapping[Grade, Both] = MappingProxyType({
    "native": Both("Giáo viên, hiệu trưởng và nhà trường đã ký số trực tiếp trên bản này.",
                   "Teachers, principal and school signed this very text."),
    "derived": Both("Lập từ văn bản đã ký ở hệ thống của tỉnh; văn bản gốc được Sở lưu.",
                    "Made from a text that was signed in the province's system; the Sở keeps that text."),
    "attested": Both("Lập từ hệ thống của tỉnh không có chữ ký; Sở chịu trách nhiệm về nội dung.",
                     "Made from a system of the province without signatures; the Sở answers for it."),
    "legacy_evidence": Both("Nhập từ bản giấy hoặc bản quét; Sở xác nhận, không có chữ ký số của trường.",
                            "Taken from paper or a scan; the Sở attests it, no school signed it."),
})  # fmt: skip
GRADES: Mapping[Grade, Both] = MappingProxyType({
    "native": Both("Ký số trực tiếp", "signed directly"),
    "derived": Both("Từ văn bản đã ký", "from a signed text"),
    "attested": Both("Sở xác nhận", "attested by the Sở"),
    "legacy_evidence": Both("Từ bản giấy", "from paper"),
})  # fmt: skip
ROLES: Mapping[str, Both] = MappingProxyType({
    "subject_teacher": Both("Giáo viên bộ môn", "subject teacher"),
    "homeroom_teacher": Both("Giáo viên chủ nhiệm", "homeroom teacher"),
    "principal": Both("Hiệu trưởng", "principal"),
    "school_seal": Both("Dấu của trường", "seal of the school"),
    "system_seal": Both("Dấu của hệ thống tỉnh", "seal of the province's system"),
    "so_seal": Both("Dấu của Sở", "seal of the Sở"),
    "bo_seal": Both("Dấu của Bộ", "seal of Bộ"),
})  # fmt: skip
VERDICTS: Mapping[str, tuple[Both, Both]] = MappingProxyType({
    "valid": (Both("Hợp lệ", "Valid"),
              Both("Mọi chữ ký và bằng chứng đều đúng, và đây là bản mới nhất mà Bộ biết.",
                   "Every signature and proof holds, and Bộ knows no later version.")),
    "superseded": (Both("Đã được thay", "Superseded"),
                   Both("Bằng chứng đúng, nhưng học bạ đã có bản mới hơn.",
                        "The proof holds, but the record has a later version.")),
    "unknown": (Both("Chưa kết luận được", "Unknown"),
                Both("Không có gì sai, nhưng còn phần chưa kiểm tra được.",
                     "Nothing is wrong, but something could not be checked.")),
    "invalid": (Both("Không hợp lệ", "Invalid"),
                Both("Có chữ ký hoặc bằng chứng sai, hoặc nội dung đã bị sửa. Không dùng tệp này.",
                     "A signature or proof is wrong, or something was altered. Do not rely on it.")),
})  # fmt: skip
PARTS: Mapping[str, Both] = MappingProxyType({
    "sheet": Both("Tờ PDF và dấu", "sheet (PDF) and its seal"),
    "claim": Both("Mã QR và dấu", "QR code and its seal"),
    "form": Both("Khuôn tệp", "form of the file"),
    "register": Both("Sổ đăng ký", "register"),
    "document": Both("Nội dung học bạ", "transcript"),
    "signatures": Both("Chữ ký của trường", "signatures of the school"),
    "accepted": Both("Biên nhận của Sở", "receipt of the Sở"),
    "leaf": Both("Bản chốt của học bạ", "lock of the transcript"),
    "manifest": Both("Đợt chốt của Sở", "lock of the Sở"),
    "log": Both("Vị trí trong nhật ký", "place in the log"),
    "checkpoint": Both("Chữ ký trên nhật ký", "signature over the log"),
    "timestamp": Both("Dấu thời gian", "time-stamp"),
    "cosignature": Both("Đồng ký của Bộ", "cosignature of Bộ"),
    "later": Both("Các bản về sau", "later versions"),
    "source": Both("Văn bản nguồn", "source document"),
})  # fmt: skip
FACTS: Mapping[str, Both] = MappingProxyType({
    "so": Both("Sở", "Sở"), "school": Both("Mã trường", "code of the school"),
    "school_year": Both("Năm học", "school year"), "period": Both("Kỳ", "period"),
    "version": Both("Phiên bản", "version"),
    "locator": Both("Mã số tra cứu", "look-up code"), "effective_on": Both("Ngày hiệu lực", "in force from"),
    "log_index": Both("Vị trí trong nhật ký", "place in the log"),
    "document_sha256": Both("Mã băm nội dung (SHA-256)", "hash of the transcript (SHA-256)"),
})  # fmt: skip
LOOKED: Mapping[str, Both] = MappingProxyType({
    "history": Both("Xem học bạ", "read the record"), "year": Both("Xem một năm", "read one year"),
    "sheet": Both("In tờ PDF", "printed the sheet"), "bundle": Both("Tải tệp bằng chứng", "took the evidence file"),
    "looks": Both("Xem ai đã xem", "looked who looked"), "share": Both("Xem bản được chia sẻ", "read what was shared"),
    "transfer": Both("Xem việc chuyển trường", "looked at the transfers"),
    "family": Both("Gia đình (phiếu tra cứu)", "family (slip)"), "recipient": Both("Người nhận", "recipient"),
})  # fmt: skip
OWN_SHARING = Both("Mở trang chia sẻ", "opened the page of shares")  # a family reads there whose record it shares
PERIODS: Mapping[str, Both] = MappingProxyType({
    "year": Both("cả năm", "whole year"), "semester_1": Both("học kì I", "first semester"),
})  # fmt: skip


def years_text(years: Iterable[str]) -> str:
    """Return school years as they are printed: "2024–2025, 2025–2026"."""
    return ", ".join(year.replace("-", "–") for year in years)


def fact_text(name: str, value: str) -> Both:
    """Return a fact of a report as people read it; what is not of its form stands as it is."""
    if name == "so":
        return Both(*[next((one.name for one in DEPARTMENTS if one.slug == value), value)] * 2)
    if name == "period":
        return PERIODS.get(value, Both(value, value))
    told: Mapping[str, Callable[[str], str]] = {
        "effective_on": date_text, "locator": printed, "school_year": lambda year: years_text([year]),
    }  # fmt: skip
    text = told[name](value) if name in told else value
    return Both(text, text)


def day_text(day: date) -> str:
    """Return a civil date as dd/mm/yyyy."""
    return f"{day:%d/%m/%Y}"


def time_text(at: datetime | str) -> str:
    """Return an aware time (or its ISO text) as dd/mm/yyyy hh:mm in Việt Nam."""
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    return f"{moment.astimezone(VIETNAM):%d/%m/%Y %H:%M}"


def day_of(text: str) -> date | None:
    """Return the date that a person typed (31/05/2026) or a browser sent (2026-05-31); None for none."""
    try:
        if "/" in text or "." in text:
            day, month, year = text.replace(".", "/").split("/")
            return date(int(year), int(month), int(day))
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def born_on(text: str) -> date | None:
    """Return the same of a birth date, of which a year or a month is enough (2015, 05/2015): its last day."""
    found = _YEAR_OR_MONTH.fullmatch(text.strip())
    if found is None:
        return day_of(text)
    try:
        return last_day(f"{found[2]}-{found[1]}" if found[1] else found[2])
    except ValueError:
        return None
