"""The journey: what Sở answers to a command, and why a record may not change any more."""

from hub.catalogue.entry import Certainty, Entry, Severity

__all__ = ["ENTRIES"]

_COMMANDS = "Quy ước của hub: lệnh của trường (docs/design.md)"
_LIFE = "Quy ước của hub: vòng đời học bạ số, theo nếp thí điểm 2024"
_AFTER_LOCK_VI = "Học bạ đã chốt không sửa được; làm đề nghị mở khóa gửi Sở, nêu lý do."
_AFTER_LOCK_EN = "A locked transcript cannot change; ask Sở for an unlock and give the reason."


def _refusal(code: str, source: str, vi: str, en: str, next_vi: str, next_en: str) -> Entry:
    return Entry(code, Severity.REFUSE, Certainty.CONTRACT, source, vi, en, next_vi, next_en)


ENTRIES = (
    _refusal("COMMAND_ID_REUSED", _COMMANDS,
        "Mã lệnh này đã dùng cho một nội dung khác.", "This command id was used for another statement.",
        "Tạo mã lệnh mới, ký lại và gửi lại.", "Choose a new command id, sign and send again."),
    _refusal("DOCUMENT_LIST_DIFFERS", _COMMANDS,
        "Danh sách mã băm trong lệnh không khớp với các học bạ gửi kèm.",
        "The hashes in the statement are not those of the transcripts that came with it.",
        "Lập lại lệnh từ đúng các học bạ cần gửi, ký và gửi lại.", "Make the statement again from the transcripts meant."),
    _refusal("PUPIL_TWICE_IN_SUBMISSION", _COMMANDS,
        "Một học sinh có hai học bạ cùng năm học, cùng kỳ trong một lần gửi.",
        "One pupil stands twice in this submission for the same year and period.",
        "Giữ lại một bản đúng cho mỗi học sinh rồi gửi lại.", "Keep the right one for each pupil and send again."),
    _refusal("DOCUMENT_OTHER_SCHOOL", _COMMANDS,
        "Học bạ ghi mã trường {found}, không phải trường gửi lệnh.",
        "The transcript names school {found}, not the school that sends it.",
        "Chỉ trường phát hành được gửi học bạ của mình.", "Only the issuing school may send its transcripts."),
    _refusal("DOCUMENT_OTHER_YEAR", _COMMANDS,
        "Học bạ thuộc năm học {found}, không phải năm học của lệnh.",
        "The transcript is of school year {found}, not of the year that the command names.",
        "Gửi học bạ trong lệnh của đúng năm học.", "Send it in a command of its own school year."),
    _refusal("ALL_OR_NOTHING", _COMMANDS,
        "Lệnh yêu cầu nhận tất cả hoặc không nhận; có học bạ khác bị từ chối.",
        "The command asks for all or nothing, and another transcript was refused.",
        "Sửa các học bạ bị từ chối rồi gửi lại cả lô.", "Mend the refused ones and send the whole batch again."),
    _refusal("SCHOOL_UNKNOWN", _COMMANDS,
        "Mã trường không có trong sổ đăng ký của Sở tại thời điểm gửi.", "This school is not in the register of Sở.",
        "Kiểm tra mã trường; nếu đúng, đề nghị Sở đăng ký trường.", "Check the code; if right, ask Sở to register it."),
    _refusal("SCHOOL_CLOSED", _COMMANDS,
        "Trường đã ngừng hoạt động từ ngày {closed_on}.", "This school closed on {closed_on}.",
        "Liên hệ Sở để biết trường kế thừa.", "Ask Sở for the school that succeeds it."),
    _refusal("GRADE_NOT_OF_SCHOOL", _COMMANDS,
        "Lớp {grade} không thuộc cấp học của trường ({grades}).", "Grade {grade} is not taught there ({grades}).",
        "Kiểm tra mã trường và khối lớp.", "Check the school's code and the grade."),
    _refusal("COMMAND_KIND_UNKNOWN", _COMMANDS,
        "Loại lệnh này chưa được hỗ trợ.", "This kind of command is not supported.",
        "Dùng các lệnh: gửi, thu hồi, đề nghị chốt.", "Use submission, recall or lock request."),
    _refusal("RECORD_LOCKED", _LIFE,
        "Học bạ đã chốt (người đề nghị: {by}, từ {since}).", "This transcript is locked (by {by}, since {since}).",
        _AFTER_LOCK_VI, _AFTER_LOCK_EN),
    _refusal("ROUND_CLOSED", _LIFE,
        "Đợt này đã chốt (người đề nghị: {by}, từ {since}).", "This round is closed (by {by}, since {since}).",
        _AFTER_LOCK_VI, _AFTER_LOCK_EN),
    _refusal("ROUND_UNKNOWN", _LIFE,
        "Trường chưa gửi học bạ nào cho đợt này.", "The school has sent nothing for this round.",
        "Kiểm tra năm học và đợt trong lệnh.", "Check the school year and the round."),
    _refusal("SUPERSEDES_MISSING", _LIFE,
        "Đã có một bản khác đang có hiệu lực; bản mới phải nêu bản mà nó thay ({current}).",
        "Another version stands; the new one must name what it replaces ({current}).",
        "Ghi mã băm {current} vào trường supersedes, ký và gửi lại.", "Put {current} into supersedes, sign, send again."),
    _refusal("SUPERSEDES_UNKNOWN", _LIFE,
        "Bản được nêu để thay thế không đang có hiệu lực.", "The version that it says it replaces does not stand.",
        "Bỏ trường supersedes hoặc nêu đúng bản hiện hành, ký và gửi lại.", "Leave it out or name the current version."),
    _refusal("DOCUMENT_UNKNOWN", _LIFE,
        "Sở không có học bạ nào của trường với mã băm này.", "Sở has no transcript of this school with that hash.",
        "Tra biên nhận để lấy đúng mã băm.", "Look the hash up in the receipt."),
    _refusal("DOCUMENT_NOT_CURRENT", _LIFE,
        "Học bạ này không còn hiệu lực (trạng thái: {state}).", "This transcript does not stand any more ({state}).",
        "Không phải làm gì; xem biên nhận trước đó.", "Nothing is to be done; see the earlier receipt."),
    _refusal("RECALL_OTHER_ROUND", _LIFE,
        "Học bạ này thuộc đợt khác ({cohort}).", "This transcript belongs to another round ({cohort}).",
        "Nêu đúng đợt trong lệnh thu hồi.", "Name its own round in the recall."),
    Entry("PUPIL_CLAIMED_TWICE", Severity.WARN, Certainty.CONTRACT, _LIFE,
        "Một trường khác cũng báo cáo học sinh này; cả hai bản được giữ, chưa chốt cho đến khi giải quyết.",
        "Another school reports this pupil too; both are kept and held out of the lock until that is settled.",
        "Liên hệ trường kia hoặc Sở; trường báo cáo nhầm thì thu hồi.", "Talk to the other school or Sở; whoever erred recalls."),
    _refusal("LOCK_EMPTY", _LIFE,
        "Đợt này không có học bạ nào để chốt.", "There is nothing to lock in this round.",
        "Gửi học bạ trước khi đề nghị chốt.", "Submit transcripts first."),
    _refusal("LOCK_PENDING", _LIFE,
        "{count} học bạ đang chờ xác minh chứng thư, chưa chốt được.",
        "{count} transcripts wait for the status of a certificate.",
        "Chờ biên nhận tiếp theo rồi đề nghị chốt lại.", "Wait for the next receipt, then ask again."),
    _refusal("LOCK_SET_DIFFERS", _LIFE,
        "Tập học bạ trong đề nghị chốt khác với tập Sở đã nhận ({count} bản).",
        "The set that the request means is not the set that Sở accepted ({count} transcripts).",
        "So danh sách trong biên nhận, thu hồi hoặc gửi bổ sung, rồi đề nghị chốt lại.",
        "Compare the list in this receipt, recall or submit what differs, then ask again."),
)  # fmt: skip
