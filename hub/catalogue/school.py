"""A document beside its school: province, name of the class, the documents of former schools that it rests on."""

from hub.catalogue.entry import Certainty, Entry, Severity

__all__ = ["ENTRIES"]

_PROVINCES = "Nghị quyết 202/2025/QH15; Quyết định 19/2025/QĐ-TTg"
_BASIS_SOURCE = "vn.hocba.transcript/1, basis; chuyển trường"
_BASIS_VI = "Kiểm tra lại học bạ của trường trước mà học bạ này dựa vào, rồi lập và ký lại nếu ghi nhầm."
_BASIS_EN = "Check the document of the former school that this one rests on; prepare and sign again if it is wrong."

_PLACES = (
    Entry(
        "SCHOOL_PROVINCE_DIFFERS",
        Severity.WARN,
        Certainty.SECONDARY,
        _PROVINCES,
        "Học bạ ghi mã tỉnh “{found}”, sổ đăng ký ghi trường thuộc tỉnh “{registered}”.",
        "The transcript has province code “{found}”; the register has the school in “{registered}”.",
        "Kiểm tra mã tỉnh của trường trong phần mềm; nếu sổ đăng ký sai, đề nghị Sở sửa.",
        "Check the school's province in your software; if the register is wrong, ask the Sở to correct it.",
    ),
    Entry(
        "CLASS_GRADE_DIFFERS",
        Severity.WARN,
        Certainty.ASSUMED,
        "Cách đặt tên lớp thông thường (7A1, 10B)",
        "Tên lớp “{class}” bắt đầu bằng số {number}, nhưng học bạ ghi khối {grade}.",
        "Class “{class}” begins with {number}, but the transcript is of grade {grade}.",
        "Kiểm tra tên lớp và khối; nếu trường đặt tên lớp theo cách riêng thì không phải làm gì.",
        "Check class and grade; if your school names classes in a way of its own, nothing is to be done.",
    ),
)

_BASIS = (
    Entry(
        "BASIS_SAME_SCHOOL",
        Severity.WARN,
        Certainty.CONTRACT,
        _BASIS_SOURCE,
        "Phần căn cứ (basis) chỉ ghi học bạ của trường khác, nhưng ghi mã của chính trường này ({school}).",
        "The basis is for documents of other schools, but it names this school ({school}).",
        _BASIS_VI,
        _BASIS_EN,
    ),
    Entry(
        "BASIS_NOT_EARLIER",
        Severity.WARN,
        Certainty.ASSUMED,
        _BASIS_SOURCE,
        "Học bạ học kỳ I dựa vào một học bạ cũng của học kỳ I; căn cứ phải thuộc thời gian trước đó.",
        "A semester_1 transcript rests on another semester_1 transcript; a basis lies before.",
        _BASIS_VI,
        _BASIS_EN,
    ),
    Entry(
        "BASIS_TWICE",
        Severity.WARN,
        Certainty.CONTRACT,
        _BASIS_SOURCE,
        "Cùng một học bạ được ghi hai lần trong phần căn cứ.",
        "The same document stands twice in the basis.",
        "Bỏ dòng thừa, rồi lập và ký lại học bạ.",
        "Remove the second one, then prepare and sign the transcript again.",
    ),
    Entry(
        "BASIS_SCHOOL_UNKNOWN",
        Severity.WARN,
        Certainty.ASSUMED,
        _BASIS_SOURCE,
        "Trường “{school}” trong phần căn cứ không có trong sổ đăng ký của Sở; có thể là trường của tỉnh khác.",
        "School “{school}” in the basis is not in the register of this Sở; it may be one of another province.",
        "Kiểm tra mã trường; nếu học sinh chuyển đến từ tỉnh khác thì không phải làm gì.",
        "Check the school's code; if the pupil came from another province, nothing is to be done.",
    ),
    Entry(
        "BASIS_SCHOOL_CLOSED",
        Severity.WARN,
        Certainty.ASSUMED,
        _BASIS_SOURCE,
        "Trường “{school}” trong phần căn cứ đã ngừng hoạt động từ ngày {closed_on}, trước năm học này. {successor_vi}.",
        "School “{school}” in the basis closed on {closed_on}, before this school year. {successor_en}.",
        "Kiểm tra trường nào đã cấp học bạ học kỳ I.",
        "Check which school issued the semester_1 transcript.",
    ),
)

ENTRIES: tuple[Entry, ...] = _PLACES + _BASIS
