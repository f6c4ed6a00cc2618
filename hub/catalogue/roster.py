"""Đủ hay thiếu: what is said of rosters, and of their pupils whom a lock request leaves out."""

from hub.catalogue.entry import Certainty, Entry, Severity

__all__ = ["ENTRIES"]

_SOURCE = "docs/design.md: rosters and completeness"


def _said(code: str, severity: Severity, vi: str, en: str, next_vi: str, next_en: str) -> Entry:
    return Entry(code, severity, Certainty.CONTRACT, _SOURCE, vi, en, next_vi, next_en)


ENTRIES = (
    _said(
        "LOCK_ROSTER_INCOMPLETE",
        Severity.REFUSE,
        "Danh sách của trường có {expected} học sinh; còn {missing} em chưa có học bạ và chưa có lý do được chấp nhận "
        "({explained} em đã có lý do).",
        "The school's roster has {expected} pupils; {missing} have neither a transcript nor a reason that passes "
        "({explained} have one).",
        "Gửi học bạ còn thiếu, hoặc nêu học sinh và lý do (moved, left, supplementary) bằng hub lock --unreported; danh "
        "sách sai thì đề nghị Sở sửa.",
        "Submit what is missing, or list pupils and reasons (moved, left, supplementary) with hub lock --unreported; a "
        "wrong roster is Sở's to correct.",
    ),
    _said(
        "ROSTER_UNKNOWN",
        Severity.REFUSE,
        "Sổ đăng ký không có danh sách học sinh của trường {school} cho năm học {school_year}.",
        "The register has no roster of school {school} for {school_year}.",
        "Kiểm tra mã trường và năm học; nếu đúng thì đề nghị Sở đăng ký danh sách học sinh.",
        "Check the code of the school and the year; if they are right, have Sở register the roster.",
    ),
    _said(
        "LOCK_ROSTER_ABSENT",
        Severity.WARN,
        "Sở yêu cầu đủ học sinh khi chốt nhưng chưa đăng ký danh sách học sinh của trường cho năm học này.",
        "Sở asks for completeness at the lock, but has registered no roster of this school for the year.",
        "Đề nghị Sở đăng ký danh sách; đợt vẫn được chốt.",
        "Ask Sở to register the roster; the round is locked all the same.",
    ),
    _said(
        "LOCK_UNREPORTED_NEEDLESS",
        Severity.WARN,
        "{count} học sinh được nêu là không báo cáo nhưng đã có học bạ hoặc không có trong danh sách.",
        "{count} pupils are listed as unreported but have a transcript, or are not on the roster.",
        "Kiểm tra mã định danh trong tệp --unreported; đợt vẫn được xử lý bình thường.",
        "Check the identifiers in the --unreported file; nothing waits for it.",
    ),
)
