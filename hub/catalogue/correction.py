"""Corrections: who may ask, agree, open a window and close it, and which new version of a locked transcript may come."""

from hub.catalogue.entry import Certainty, Entry, Severity

__all__ = ["ENTRIES"]

_PATH = "Nếp Nghệ An: đính chính qua hiệu trưởng, trường và cấp trên"
_HUB = "Quy ước của hub: đính chính sau chốt (docs/design.md)"


def _refusal(code: str, vi: str, en: str, next_vi: str, next_en: str, source: str = _HUB) -> Entry:
    certainty = Certainty.SECONDARY if source == _PATH else Certainty.CONTRACT
    return Entry(code, Severity.REFUSE, certainty, source, vi, en, next_vi, next_en)


def _note(code: str, vi: str, en: str, next_vi: str, next_en: str) -> Entry:
    return Entry(code, Severity.WARN, Certainty.CONTRACT, _HUB, vi, en, next_vi, next_en)


_REQUEST = (
    _refusal("CORRECTION_BASE_UNKNOWN",
        "Sở không có học bạ nào của trường {school} với mã băm này.",
        "Sở has no transcript of school {school} with that hash.",
        "Chỉ trường phát hành, hoặc trường kế thừa nó, đề nghị đính chính; tra mã băm trong biên nhận.",
        "Only the issuing school, or its successor, asks for a correction; look the hash up in the receipt."),
    _refusal("CORRECTION_BASE_NOT_LOCKED",
        "Học bạ này chưa chốt (trạng thái: {state}), không cần đính chính.",
        "This transcript is not locked ({state}), so it needs no correction.",
        "Thu hồi hoặc gửi bản thay trong đợt của nó.", "Recall or replace it in its round."),
    _refusal("CORRECTION_BASE_STALE",
        "Bản được nêu không phải bản đang chốt; bản hiện hành là {current}.",
        "This is not the version in force; the current one is {current}.",
        "Làm lại từ bản hiện hành {current}.", "Begin again from the current version {current}."),
    _refusal("CORRECTION_OTHER_YEAR",
        "Học bạ thuộc năm học {found}, không phải năm học của lệnh.",
        "This is of school year {found}, not of the year that the command names.",
        "Lập lệnh riêng cho từng năm học.", "Make a command for each school year."),
    _refusal("CORRECTION_ISSUER_WRONG",
        "Theo sổ đăng ký, trường này không kế thừa trường {issuer}.",
        "By the register this school does not succeed school {issuer}.",
        "Đề nghị Sở ghi trường kế thừa vào sổ đăng ký, hoặc để trường phát hành đề nghị.",
        "Ask Sở to register the succession, or let the issuing school ask."),
    _refusal("CORRECTION_PUPIL_TWICE",
        "Một học sinh đứng hai lần trong đề nghị này.", "One pupil stands twice in this request.",
        "Gộp các trường dữ liệu của học sinh vào một mục.", "Put all fields of the pupil into one item."),
    _refusal("CORRECTION_ALREADY_OPEN",
        "Học bạ này đang có đề nghị đính chính {correction} (trạng thái {state} từ {since}).",
        "This transcript has an open correction {correction} ({state} since {since}).",
        "Hoàn tất hoặc rút đề nghị đó trước.", "Complete or withdraw that one first."),
    _refusal("CORRECTION_FIELD_UNKNOWN",
        "Học bạ không có các trường dữ liệu: {fields}.", "A transcript has no such fields: {fields}.",
        "Ghi đường dẫn như $.subjects[TOAN].year.", "Write paths such as $.subjects[TOAN].year."),
    _refusal("CORRECTION_FIELD_FIXED",
        "Không đính chính được trường dữ liệu định danh hồ sơ: {fields}.",
        "These fields say which record it is and are not corrected: {fields}.",
        "Sai định danh học sinh thì đề nghị Sở đính chính định danh.",
        "For a wrong identifier of a pupil ask Sở to correct the identity."),
)  # fmt: skip
_STEPS = (
    _refusal("CORRECTION_UNKNOWN",
        "Trường không có đề nghị đính chính nào mang mã {correction}.",
        "The school has no correction {correction}.",
        "Xem mã bằng hub correction list.", "See hub correction list."),
    _refusal("CORRECTION_REQUEST_DIFFERS",
        "Mã băm trong lệnh không phải của đề nghị đã gửi.", "The hash is not that of the request as it was sent.",
        "Xem lại đề nghị bằng hub correction show rồi ký bước này trên đúng nội dung đó.",
        "See hub correction show and sign this step over that very text."),
    _refusal("CORRECTION_STEP_NOT_ALLOWED",
        "Không làm được bước “{step}”: đề nghị đang ở trạng thái “{state}” từ {since}.",
        "The step “{step}” is not possible: the correction is “{state}” since {since}.",
        "Xem bước tiếp theo bằng hub correction show.", "See the next step with hub correction show."),
    _refusal("CORRECTION_SAME_PERSON",
        "Người ký đã làm bước “{step}” của đề nghị này với vai trò {role}.",
        "The signer has taken the step “{step}” of this correction as {role}.",
        "Để một người khác ký bước này; không ai tự duyệt đề nghị của mình.",
        "Let another person sign this step; nobody approves his own request.", _PATH),
    _refusal("CORRECTION_WITHDRAWAL_BY_OTHER",
        "Chỉ người đề nghị hoặc hiệu trưởng được rút đề nghị, không phải {role} khác.",
        "Only who asked, or the principal, withdraws a request; not another {role}.",
        "Để người đề nghị hoặc hiệu trưởng ký.", "Let who asked, or the principal, sign."),
)  # fmt: skip
_WINDOWS = (
    _refusal("CORRECTION_WINDOW_MISSING",
        "Quyết định chấp thuận chưa ghi thời điểm đóng, hoặc thời điểm đó không có thật.",
        "The approval names no closing time, or one that no clock has.",
        "Ghi thời điểm đóng rồi ký lại.", "Name the closing time and sign again."),
    _refusal("CORRECTION_WINDOW_PAST",
        "Thời điểm đóng {closes_at} không nằm sau lúc Sở gửi quyết định.",
        "The closing time {closes_at} does not lie after the decision.",
        "Chọn thời điểm sau này rồi ký lại.", "Choose a later one and sign again."),
    _refusal("CORRECTION_WINDOW_TOO_LONG",
        "Thời điểm đóng {closes_at} xa hơn {days_max} ngày.",
        "The closing time {closes_at} is more than {days_max} days away.",
        "Chọn thời điểm gần hơn, hoặc đổi correction_days_max trong chính sách chốt của Sở.",
        "Choose an earlier one, or change correction_days_max in the lock policy of Sở."),
    _refusal("CORRECTION_WINDOW_OPEN",
        "Thời hạn còn đến {closes_at}.", "The window is open until {closes_at}.",
        "Chờ đến thời điểm đó; bộ hẹn giờ của Sở tự đóng.", "Wait for that time; the scheduler of Sở closes it."),
    _refusal("CORRECTION_WINDOW_DIFFERS",
        "Lệnh ghi một thời điểm đóng khác; thời hạn đóng lúc {closes_at}.",
        "The command names another closing time; the window closes at {closes_at}.",
        "Báo người vận hành.", "Tell the operator."),
    _note("CORRECTION_WINDOW_UNUSED",
        "Hết thời hạn mà không có bản đính chính; bản {document} vẫn có giá trị.",
        "The window closed unused; the version {document} stays in force.",
        "Nếu vẫn cần đính chính, lập đề nghị mới.", "If a correction is still needed, make a new request."),
    _note("CORRECTION_WINDOW_SPENT",
        "{count} học sinh của đề nghị này chưa có bản đính chính khi đợt được chốt.",
        "{count} pupils of this correction have no new version as its round closes.",
        "Nếu vẫn cần, lập đề nghị mới khi thời hạn đã hết.", "If still needed, make a new request once the window has closed."),
)  # fmt: skip
_VERSIONS = (
    _refusal("CORRECTION_NO_WINDOW",
        "Sở chưa mở đợt đính chính này.", "Sở has opened no such round of corrections.",
        "Xem số đợt trong hub correction show; chưa có thì đề nghị mở khóa.",
        "See the round in hub correction show; without one ask Sở for an unlock."),
    _refusal("CORRECTION_OTHER_PUPIL",
        "Đợt đính chính này không mở cho học sinh này.", "This round of corrections was not opened for this pupil.",
        "Chỉ gửi học bạ của những học sinh mà Sở đã duyệt.", "Hand in those pupils alone whom Sở approved."),
    _refusal("CORRECTION_WINDOW_CLOSED",
        "Thời hạn đính chính đã đóng lúc {closes_at} (trạng thái: {state}).",
        "The window closed at {closes_at} ({state}).",
        "Nếu vẫn cần đính chính, lập đề nghị mới.", "If a correction is still needed, make a new request."),
    _refusal("CORRECTION_REASON_MISSING",
        "Bản đính chính phải ghi lý do.", "A corrected transcript must say its reason.",
        "Ghi lý do vào trường reason, ký và gửi lại.", "Put it into reason, sign and send again."),
    _refusal("CORRECTION_FIELD_NOT_APPROVED",
        "Bản này sửa {count} trường dữ liệu ngoài phần Sở đã duyệt: {fields}. Đã duyệt: {approved}.",
        "This version changes {count} fields beyond those approved: {fields}. Approved: {approved}.",
        "Trả các trường đó về như bản đang chốt, ký và gửi lại; cần sửa thêm thì lập đề nghị mới.",
        "Put these back as in the locked version, sign and send again; for more, make a new request."),
    _refusal("CORRECTION_NOTHING_CHANGED",
        "Bản này không sửa gì so với bản đang chốt.", "This version changes nothing of the locked one.",
        "Sửa trường dữ liệu đã được duyệt, hoặc để thời hạn tự hết.", "Change an approved field, or let the window close."),
)  # fmt: skip

ENTRIES: tuple[Entry, ...] = _REQUEST + _STEPS + _WINDOWS + _VERSIONS
