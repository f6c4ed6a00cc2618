"""Who the pupil is: số định danh cá nhân, passport, birth date. Doubts warn; only an impossible value refuses."""

from hub.catalogue.entry import Certainty, Entry, Severity

__all__ = ["ENTRIES"]

_LAW = "Nghị định 137/2015/NĐ-CP, Điều 13; Thông tư 59/2021/TT-BCA"
_COMPARE_VI = (
    "Đối chiếu với giấy khai sinh hoặc căn cước. Nếu số đúng thì không phải làm gì; nếu sai thì sửa và ký lại."
)
_COMPARE_EN = (
    "Compare with the birth certificate or identity card. If right, nothing is to be done; if wrong, correct and sign"
    " again."
)

ENTRIES: tuple[Entry, ...] = (
    Entry(
        "PERSONAL_ID_MALFORMED",
        Severity.REFUSE,
        Certainty.SECONDARY,
        _LAW,
        "Số định danh cá nhân phải gồm đúng 12 chữ số; ô này có {length} ký tự.",
        "A personal number has exactly 12 digits; this one has {length} characters.",
        "Nhập lại số định danh. Excel hay làm mất số 0 ở đầu: định dạng cột là Văn bản (Text) trước khi nhập.",
        "Enter the number again. Excel often drops leading zeros: format the column as Text first.",
    ),
    Entry(
        "PERSONAL_ID_PREFIX_UNKNOWN",
        Severity.WARN,
        Certainty.ASSUMED,
        _LAW,
        "Ba số đầu “{prefix}” không phải mã tỉnh đăng ký khai sinh nào đã biết (khai sinh ở nước ngoài thì hợp lệ).",
        "The first three digits “{prefix}” are no known province (legitimate if the birth was registered abroad).",
        _COMPARE_VI,
        _COMPARE_EN,
    ),
    Entry(
        "PERSONAL_ID_PREFIX_COUNTRY",
        Severity.WARN,
        Certainty.ASSUMED,
        _LAW,
        "Ba số đầu “{prefix}” không phải mã tỉnh; có thể là mã nước nơi đăng ký khai sinh ở nước ngoài.",
        "The first three digits “{prefix}” are no province; they may be the country where the birth was registered.",
        "Nếu học sinh khai sinh ở nước ngoài thì không phải làm gì; nếu không thì đối chiếu giấy khai sinh và sửa số.",
        "If the birth was registered abroad, nothing is to be done; if not, compare with the certificate and correct it.",
    ),
    Entry(
        "PERSONAL_ID_SEX_DIFFERS",
        Severity.WARN,
        Certainty.SECONDARY,
        _LAW,
        "Số thứ tư “{digit}” không khớp với giới tính ghi trong học bạ.",
        "The fourth digit “{digit}” does not agree with the sex in the transcript.",
        _COMPARE_VI,
        _COMPARE_EN,
    ),
    Entry(
        "PERSONAL_ID_YEAR_DIFFERS",
        Severity.WARN,
        Certainty.SECONDARY,
        _LAW,
        "Số định danh cho năm sinh {id_year}, còn học bạ ghi {birth_year}.",
        "The personal number says birth year {id_year}, the transcript {birth_year}.",
        _COMPARE_VI,
        _COMPARE_EN,
    ),
    Entry(
        "IDENTITY_MISSING",
        Severity.WARN,
        Certainty.SECONDARY,
        "Nghị định 88/2026/NĐ-CP, Điều 9",
        "Học bạ không có số định danh cá nhân, cũng không có số hộ chiếu; tạm dùng mã học sinh của trường.",
        "There is neither a personal number nor a passport; the school's pupil code is used for now.",
        "Bổ sung số định danh cá nhân (học sinh nước ngoài: số hộ chiếu) khi có, trước khi chốt nếu kịp.",
        "Add the personal number (for a foreigner: the passport) when known, before the lock if possible.",
    ),
    Entry(
        "STUDENT_CODE_TEMPORARY_DIFFERS",
        Severity.WARN,
        Certainty.SECONDARY,
        "Hướng dẫn nhập liệu CSDL ngành giáo dục (mã tạm TAM-)",
        "Mã học sinh tạm (TAM-…) không trùng với số định danh cá nhân trong học bạ.",
        "The temporary student code (TAM-…) does not repeat the personal number in the transcript.",
        "Đối chiếu với giấy khai sinh hoặc căn cước; sửa số định danh hoặc cấp lại mã, rồi ký lại.",
        "Compare with the birth certificate or identity card; correct the number or the code, then sign again.",
    ),
    Entry(
        "PASSPORT_OF_CITIZEN",
        Severity.WARN,
        Certainty.ASSUMED,
        "Nghị định 88/2026/NĐ-CP, Điều 9",
        "Học sinh quốc tịch Việt Nam chỉ có hộ chiếu, không có số định danh cá nhân.",
        "A pupil of Vietnamese nationality has only a passport, no personal number.",
        "Kiểm tra quốc tịch; nếu là công dân Việt Nam thì bổ sung số định danh cá nhân.",
        "Check the nationality; if the pupil is a citizen, add the personal number.",
    ),
    Entry(
        "BIRTH_DATE_IMPOSSIBLE",
        Severity.REFUSE,
        Certainty.CONTRACT,
        "vn.hocba.transcript/1",
        "Ngày sinh không có trong lịch.",
        "The birth date does not exist in the calendar.",
        "Sửa ngày sinh theo giấy khai sinh; nếu chỉ biết năm hoặc tháng thì ghi YYYY hoặc YYYY-MM.",
        "Correct it after the birth certificate; if only year or month are known, write YYYY or YYYY-MM.",
    ),
    Entry(
        "BIRTH_DATE_IMPLAUSIBLE",
        Severity.WARN,
        Certainty.ASSUMED,
        "Luật Giáo dục 43/2019/QH14, Điều 28",
        "Học sinh {age} tuổi khi vào lớp {grade}: khác xa độ tuổi thông thường.",
        "The pupil was {age} years old on entering grade {grade}: far from the usual age.",
        "Đối chiếu ngày sinh với giấy khai sinh; nếu đúng thì không phải làm gì.",
        "Compare with the birth certificate; if right, nothing is to be done.",
    ),
)
