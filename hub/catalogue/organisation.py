"""Which rules, which year, which province; states of a record and a round; the look-up code."""

from hub.catalogue.entry import Certainty, Entry, Severity

__all__ = ["ENTRIES"]

_SHAPE = "vn.hocba.transcript/1"
_PROVINCES = "Nghị quyết 202/2025/QH15; Quyết định 19/2025/QĐ-TTg"
_STATES = "Bảng trạng thái của hub (docs/lifecycle.md)"
_FIX_VI = "Sửa trong phần mềm của trường, rồi lập và ký lại học bạ."
_FIX_EN = "Correct it in the school's software, then prepare and sign the transcript again."
_LOOK_VI = "Kiểm tra lại; nếu đúng thì không phải làm gì."
_LOOK_EN = "Check it; if it is right, nothing is to be done."


def _state(code: str, vi: str, en: str, next_vi: str, next_en: str) -> Entry:
    return Entry(code, Severity.REFUSE, Certainty.CONTRACT, _STATES, vi, en, next_vi, next_en)


_REGULATION = (
    Entry(
        "REGULATION_NOT_FOR_GRADE",
        Severity.REFUSE,
        Certainty.SECONDARY,
        "Thông tư 27/2020, 30/2014 (lớp 1–5); Thông tư 22/2021, 58/2011 (lớp 6–12)",
        "{regulation} không áp dụng cho lớp {grade}.",
        "{regulation} does not apply to grade {grade}.",
        "Chọn lại thông tư áp dụng: {expected}. Sau đó lập và ký lại.",
        "Choose the circular that applies: {expected}. Then prepare and sign again.",
    ),
    Entry(
        "REGULATION_NOT_FOR_YEAR",
        Severity.WARN,
        Certainty.ASSUMED,
        "Lộ trình áp dụng Thông tư 27/2020 và Thông tư 22/2021",
        "Năm học {school_year}, lớp {grade} thường áp dụng {expected}, học bạ ghi {regulation}.",
        "In {school_year}, grade {grade} is usually under {expected}; the transcript says {regulation}.",
        _LOOK_VI,
        _LOOK_EN,
    ),
)

_DATES = (
    Entry(
        "SCHOOL_YEAR_NOT_CONSECUTIVE",
        Severity.REFUSE,
        Certainty.CONTRACT,
        _SHAPE,
        "Năm học phải gồm hai năm liền nhau, ví dụ 2025-2026.",
        "A school year is two consecutive years, such as 2025-2026.",
        _FIX_VI,
        _FIX_EN,
    ),
    Entry(
        "SCHOOL_YEAR_FUTURE",
        Severity.REFUSE,
        Certainty.CONTRACT,
        _SHAPE,
        "Năm học {school_year} chưa bắt đầu vào ngày {on}.",
        "School year {school_year} has not begun on {on}.",
        "Kiểm tra lại năm học ghi trong học bạ.",
        "Check the school year in the transcript.",
    ),
    Entry(
        "SCHOOL_YEAR_NOT_ENDED",
        Severity.WARN,
        Certainty.ASSUMED,
        _SHAPE,
        "Học bạ cả năm nộp ngày {on}, khi năm học {school_year} chưa kết thúc.",
        "A year transcript was submitted on {on}, before school year {school_year} ended.",
        "Nếu học sinh chuyển đi giữa năm, dùng học bạ học kỳ I (semester_1).",
        "If the pupil leaves in mid-year, use a semester_1 transcript.",
    ),
    Entry(
        "SEMESTER_WITH_YEAR_VALUES",
        Severity.REFUSE,
        Certainty.CONTRACT,
        _SHAPE,
        "Học bạ học kỳ I không được có giá trị của cả năm: {field}.",
        "A semester_1 transcript must not hold values of the whole year: {field}.",
        "Bỏ giá trị này, hoặc đổi thành học bạ cả năm nếu năm học đã kết thúc.",
        "Remove the value, or make it a year transcript if the year is over.",
    ),
    Entry(
        "REASON_MISSING",
        Severity.REFUSE,
        Certainty.CONTRACT,
        _SHAPE,
        "Học bạ thay thế một bản trước nhưng không nêu lý do.",
        "The transcript replaces an earlier version but gives no reason.",
        "Ghi lý do thay thế, rồi lập và ký lại học bạ.",
        "Write why it is replaced, then prepare and sign the transcript again.",
    ),
)

_PLACES = (
    Entry(
        "PROVINCE_UNKNOWN",
        Severity.REFUSE,
        Certainty.SECONDARY,
        _PROVINCES,
        "Mã tỉnh của trường không có trong danh mục nào, trước hay sau 1/7/2025.",
        "The school's province code is in no list, before or after 1/7/2025.",
        _FIX_VI,
        _FIX_EN,
    ),
    Entry(
        "PROVINCE_NOT_IN_YEAR",
        Severity.WARN,
        Certainty.SECONDARY,
        _PROVINCES,
        "Mã tỉnh “{province}” không có hiệu lực trong năm học {school_year}.",
        "Province code “{province}” was not in force in school year {school_year}.",
        "Dùng mã tỉnh của chính năm học đó: danh mục 63 tỉnh đến hết 30/6/2025, danh mục 34 tỉnh từ 1/7/2025.",
        "Use the code of that school year: the 63 provinces until 30/6/2025, the 34 from 1/7/2025.",
    ),
    Entry(
        "SO_UNKNOWN",
        Severity.REFUSE,
        Certainty.CONTRACT,
        "hub.domain.organisations",
        "Không có Sở nào mang tên ngắn “{so}”.",
        "There is no Sở with the short name “{so}”.",
        "Kiểm tra tên ngắn của Sở, ví dụ ha-noi, nghe-an.",
        "Check the short name of the Sở, such as ha-noi, nghe-an.",
    ),
)

_ROUNDS = (
    _state(
        "ROUND_NOT_FOR_DOCUMENT",
        "Học bạ này không thuộc đợt “{cohort}”; nộp vào đợt “{expected}”.",
        "This transcript does not belong to round “{cohort}”; send it to “{expected}”.",
        "Nộp lại học bạ vào đúng đợt; lệnh hub submit tự tách lớp theo đợt.",
        "Send it in the right round; hub submit splits a class by round.",
    ),
    _state(
        "COHORT_UNKNOWN",
        "Không có đợt nào tên “{cohort}”.",
        "There is no round named “{cohort}”.",
        "Dùng một trong: completed, supplementary, transfer.",
        "Use one of: completed, supplementary, transfer.",
    ),
    _state(
        "ROUND_CLOSING",
        "Đợt này đang được chốt, không nhận thay đổi nữa.",
        "This round is being locked and takes no more changes.",
        "Chờ biên nhận chốt. Sau khi chốt, muốn sửa phải đề nghị mở khóa có duyệt.",
        "Wait for the lock receipt. After the lock, a change needs an approved unlock.",
    ),
    _state(
        "ROUND_LOCKED",
        "Đợt này đã chốt.",
        "This round is locked.",
        "Học sinh chưa từng báo cáo: đề nghị Sở mở thêm đợt. Muốn sửa học bạ đã chốt: đề nghị mở khóa có duyệt.",
        "For pupils never reported ask the Sở for a further round; to change a locked record ask for an unlock.",
    ),
)

_DOCUMENTS = (
    _state(
        "DOCUMENT_LOCKED",
        "Học bạ đã chốt, không thu hồi hay thay thế được.",
        "The transcript is locked and cannot be recalled or replaced.",
        "Nếu có sai sót, gửi đề nghị mở khóa kèm lý do để Sở xem xét.",
        "If it is wrong, send an unlock request with its reason to the Sở.",
    ),
    _state(
        "DOCUMENT_RECALLED",
        "Học bạ này đã được thu hồi.",
        "The transcript has been recalled.",
        "Nếu vẫn cần, nộp lại học bạ.",
        "If it is still wanted, submit it again.",
    ),
    _state(
        "DOCUMENT_REPLACED",
        "Học bạ này đã được thay bằng bản khác.",
        "The transcript has been replaced by another version.",
        "Thao tác trên bản hiện hành; tra biên nhận để lấy mã băm của bản đó.",
        "Act on the current version; its hash stands in the receipt.",
    ),
    _state(
        "DOCUMENT_SUPERSEDED",
        "Học bạ này đã được thay bằng bản điều chỉnh sau chốt.",
        "The transcript has been superseded by a correction after lock.",
        "Dùng bản hiện hành; bản cũ chỉ còn để đối chiếu.",
        "Use the current version; the old one is kept as evidence only.",
    ),
    _state(
        "DOCUMENT_REFUSED",
        "Học bạ này đã bị từ chối.",
        "The transcript has been refused.",
        "Sửa các lỗi nêu trong biên nhận, ký lại và nộp lại.",
        "Mend what the receipt names, sign again and submit again.",
    ),
    _state(
        "DOCUMENT_PENDING",
        "Chưa kiểm tra xong tình trạng thu hồi của chứng thư; học bạ chưa chốt được.",
        "The revocation status of a certificate is still unknown; the transcript cannot be locked yet.",
        "Không phải làm gì; hệ thống tự kiểm tra lại khi có dữ liệu mới.",
        "Nothing is to be done; the hub checks again when new data arrive.",
    ),
    _state(
        "DOCUMENT_HELD",
        "Học bạ đang tạm giữ vì hai trường cùng báo cáo một học sinh.",
        "The transcript is held because two schools report the same pupil.",
        "Liên hệ trường kia; một trường thu hồi, hoặc chờ Sở quyết định.",
        "Talk to the other school; one recalls, or the Sở decides.",
    ),
    _state(
        "CORRECTION_CLOSED",
        "Đề nghị điều chỉnh này đã kết thúc ({state}).",
        "This correction has ended ({state}).",
        "Nếu vẫn cần điều chỉnh, lập đề nghị mới.",
        "If a correction is still needed, make a new request.",
    ),
    _state(
        "TRANSITION_NOT_ALLOWED",
        "Không thực hiện được “{event}” khi đang ở trạng thái “{state}”.",
        "“{event}” is not possible in state “{state}”.",
        "Xem biên nhận gần nhất để biết trạng thái hiện tại và bước tiếp theo.",
        "See the latest receipt for the present state and the next step.",
    ),
    _state(
        "LIFECYCLE_UNKNOWN",
        "Phần mềm gọi một máy trạng thái không có: {machine}.",
        "The software named a state machine that does not exist: {machine}.",
        "Báo người vận hành; đây là lỗi của phần mềm.",
        "Tell the operator; this is a fault of the software.",
    ),
    _state(
        "CLOCK_WITHOUT_ZONE",
        "Phần mềm dùng một thời điểm không có múi giờ.",
        "The software used a time without a zone.",
        "Báo người vận hành; đây là lỗi của phần mềm.",
        "Tell the operator; this is a fault of the software.",
    ),
)

_LOCATORS = (
    _state(
        "LOCATOR_MALFORMED",
        "Mã tra cứu phải gồm 11 ký tự chữ và số (không kể dấu gạch nối).",
        "A look-up code has 11 letters and digits (hyphens not counted).",
        "Nhập lại mã như in trên học bạ.",
        "Type the code again as printed on the transcript.",
    ),
    _state(
        "LOCATOR_CHECK_SYMBOL",
        "Mã tra cứu sai: ký tự kiểm tra không khớp.",
        "The look-up code is wrong: its check symbol does not agree.",
        "So từng ký tự với mã in trên học bạ; có thể một ký tự bị gõ nhầm hoặc hai ký tự bị đảo.",
        "Compare symbol by symbol with the print; one may be mistyped or two exchanged.",
    ),
)

ENTRIES: tuple[Entry, ...] = _REGULATION + _DATES + _PLACES + _ROUNDS + _DOCUMENTS + _LOCATORS
