"""Tiếp nhận tại Bộ: what Bộ says of the request behind a lock, and of what it does not have."""

from hub.catalogue.entry import Certainty, Entry, Severity

__all__ = ["ENTRIES"]

_SOURCE = "Quy ước của hub: Bộ tự kiểm tra từng đợt chốt (docs/design.md)"
_RESEND_VI = "Sở kiểm tra đề nghị chốt đã ký, rồi gửi lại bằng hub lock resend; Bộ sẽ xét lại."
_RESEND_EN = "Sở checks the signed request, then sends the lock again with hub lock resend; Bộ decides it again."
_KEEP_VI = "Giữ nguyên hiện trạng và báo người vận hành: bản kê và đề nghị chốt không thuộc về nhau."
_KEEP_EN = "Leave everything as it is and tell an operator: manifest and request do not belong together."


def _refused(code: str, vi: str, en: str, next_vi: str = _KEEP_VI, next_en: str = _KEEP_EN) -> Entry:
    return Entry(code, Severity.REFUSE, Certainty.CONTRACT, _SOURCE, vi, en, next_vi, next_en)


def _told(code: str, vi: str, en: str, next_vi: str, next_en: str) -> Entry:
    return Entry(code, Severity.WARN, Certainty.CONTRACT, _SOURCE, vi, en, next_vi, next_en)


ENTRIES = (
    _refused("REQUEST_ABSENT", "Bản kê không kèm đề nghị chốt, dù Sở này đã từng gửi kèm.",
             "The manifest came without the lock request, though this Sở has sent requests before.",
             _RESEND_VI, _RESEND_EN),
    _refused("REQUEST_UNREADABLE", "Đề nghị chốt gửi kèm không đọc được hoặc không hỏi gì về trường này.",
             "The lock request does not read, or asks nothing of this school."),
    _refused("REQUEST_FOREIGN", "Đề nghị chốt gửi kèm không phải là đề nghị mà bản kê nêu.",
             "The lock request is not the one that the manifest names."),
    _refused("REQUEST_ROUND_DIFFERS", "Đề nghị chốt nói về trường, năm học hoặc đợt khác.",
             "The lock request is about another school, year or round."),
    _refused("REQUEST_SET_DIFFERS", "Tập học bạ được chốt khác với tập mà đề nghị nêu (số lượng, mã gốc).",
             "What was locked is not the set that the request means (count, root)."),
    _refused("REQUEST_UNSIGNED", "Đề nghị chốt không do người có quyền ký, theo sổ đăng ký lúc Sở nhận.",
             "The lock request is not signed by somebody who could, by the register as of its receipt at Sở.",
             _RESEND_VI, _RESEND_EN),
    _refused("LEAF_GRADE_WRONG", "Mức chứng cứ ghi ở lá không phải là mức suy ra từ chữ ký của học bạ.",
             "The grade of evidence in a leaf is not the one that follows from the transcript's signatures.",
             "Giữ nguyên hiện trạng, xem ai lập lá này và báo người vận hành; không đợt nào được nâng mức chứng cứ.",
             "Leave everything as it is, find out who made the leaf and tell an operator; nothing lifts a grade."),
    _refused("ACCEPTANCE_FOREIGN", "Biên nhận gửi kèm đợt chốt không phải của Sở này, hoặc ghi thời điểm chưa tới.",
             "A receipt that came with a lock is not of this Sở, or states a time that has not come."),
    _refused("ACCEPTANCE_UNSIGNED", "Biên nhận gửi kèm đợt chốt không có dấu đúng của Sở: {codes}.",
             "A receipt that came with a lock is not sealed by its Sở: {codes}."),
    _refused("LOCK_NOT_SEALED", "Đợt chốt của trường {school} chưa có chỗ trong nhật ký nên chưa có gì để gửi lại.",
             "The lock of school {school} has no place in the log yet: there is nothing to send again.",
             "Chạy hub lock retry để biết vì sao.", "hub lock retry says why."),
    _refused("FORK_UNKNOWN", "Không có cặp bằng chứng rẽ nhánh số {id}.", "No pair has the number {id}.",
             "Xem danh sách bằng hub fork list.", "See hub fork list."),
    _refused("FORK_FILE_UNREADABLE", "Tệp không phải là bằng chứng rẽ nhánh của hub.", "The file is no fork evidence.",
             "Xuất lại bằng hub fork export.", "Write it again with hub fork export."),
    _refused("FORK_NOT_ONE", "Hai văn bản trong tệp không mâu thuẫn nhau.", "The two texts do not contradict.",
             "Xuất lại bằng hub fork export; nếu vẫn vậy thì không có rẽ nhánh.",
             "Write it again with hub fork export; if it stays so, there is no fork."),
    _told("BO_MISSES_PUPIL", "Bộ chưa có học bạ của học sinh này trong danh sách của trường.",
          "Bộ has no transcript of this pupil of the school's roster.",
          "Gửi học bạ trong đợt sau, hoặc nêu lý do bằng hub lock --unreported; danh sách sai thì đề nghị Sở sửa.",
          "Report the pupil in a later round, or give a reason with hub lock --unreported; a wrong roster is Sở's to mend."),
    _told("BO_MISSES_CHUNK", "Bộ chưa nhận được phần dữ liệu số {index} của đợt chốt.",
          "Bộ has not received chunk {index} of the lock.",
          "Sở gửi lại đợt chốt bằng hub lock resend.", "Sở sends the lock again with hub lock resend."),
    _told("BO_MISSES_LEAF", "Bộ không có lá bằng chứng mà đợt chốt này nối tiếp: {leaf}.",
          "Bộ does not have the evidence leaf that this lock continues: {leaf}.",
          "Sở gửi lại đợt chốt trước đó bằng hub lock resend.", "Sở sends the earlier lock again with hub lock resend."),
    _told("BO_MISSES_REQUEST", "Đợt chốt được tiếp nhận theo con dấu của Sở, không kèm đề nghị chốt đã ký.",
          "The lock was taken on Sở's seal alone: no signed request came with it.",
          "Sở nâng cấp phần mềm để gửi kèm đề nghị chốt.", "Sở upgrades its hub, which then sends the request along."),
    _told("BO_MISSES_ROSTER", "Bộ không có danh sách học sinh của trường cho năm học này, nên chưa xét được đủ hay thiếu.",
          "Bộ has no roster of the school for this year, so completeness could not be seen.",
          "Đề nghị Sở đăng ký danh sách học sinh.", "Ask Sở to register the roster."),
)  # fmt: skip
