"""A transfer in the middle of a year: a year transcript beside the semester document of the former school."""

from hub.catalogue.entry import Certainty, Entry, Severity

__all__ = ["ENTRIES"]

_SOURCE = "docs/transfers.md"
_LOOK_VI = "Xem hồ sơ đã nhận, lập lại học bạ với căn cứ đúng rồi ký và nộp lại."
_LOOK_EN = "Look into the history received, prepare the transcript with the right basis, sign and submit it again."


def _refuse(code: str, vi: str, en: str, next_vi: str = _LOOK_VI, next_en: str = _LOOK_EN) -> Entry:
    return Entry(code, Severity.REFUSE, Certainty.CONTRACT, _SOURCE, vi, en, next_vi, next_en)


def _warn(code: str, vi: str, en: str, next_vi: str, next_en: str) -> Entry:
    """Return a warning that no policy can raise: it depends on what others do after the transcript was signed."""
    return Entry(code, Severity.WARN, Certainty.ASSUMED, _SOURCE, vi, en, next_vi, next_en)


_AT_SO = (
    _refuse("BASIS_UNKNOWN", "Không có hồ sơ chuyển trường nào mang đến học bạ học kì I mà phần căn cứ nêu.",
        "No transfer has brought the semester_1 document that the basis names.",
        "Kiểm tra mã băm; nếu học sinh chuyển đến mà chưa làm thủ tục thì đề nghị chuyển trường trước, rồi nộp lại.",
        "Check the hash; if the pupil came without a transfer, ask for one first, then submit again."),
    _refuse("BASIS_NOT_DELIVERED", "Việc chuyển trường của học sinh này chưa xong: học bạ học kì I chưa được giao và ký nhận.",
        "The pupil's transfer is not complete: the semester_1 document has not been delivered and signed for.",
        "Chờ hồ sơ đến, nhận và ký (hub transfer receive, acknowledge), rồi nộp lại đúng học bạ này.",
        "Wait for the history, receive and sign for it (hub transfer receive, acknowledge), then submit the same transcript again."),
    _refuse("BASIS_OTHER_PUPIL", "Học bạ mà phần căn cứ nêu là của học sinh khác.",
        "The document that the basis names is another pupil's."),
    _refuse("BASIS_OTHER_YEAR", "Học bạ mà phần căn cứ nêu không thuộc năm học này.",
        "The document that the basis names is not of this school year."),
    _refuse("BASIS_OTHER_SCHOOL", "Học bạ mà phần căn cứ nêu không do trường được nêu cấp.",
        "The document that the basis names was not issued by the school that stands beside it."),
    _refuse("BASIS_OTHER_PERIOD", "Học bạ mà phần căn cứ nêu không phải học bạ học kì I.",
        "The document that the basis names is no semester_1 document."),
    _refuse("BASIS_MARKS_DIFFER", "Kết quả học kì I trong học bạ cả năm khác với học bạ học kì I của trường trước.",
        "The first semester's results in the year's transcript differ from the former school's semester_1 document.",
        "Ghi đúng kết quả của trường trước; nếu trường trước nhầm, chỉ trường đó đính chính được.",
        "State what the former school issued; if it is wrong, that school alone can correct it."),
    _warn("BASIS_SCHOOL_UNSURE", "Hồ sơ do trường {sending} chuyển đến, còn phần căn cứ nêu trường {school}.",
        "School {sending} released the history; the basis names school {school}.",
        "Nếu trong năm học sinh đã chuyển trường hơn một lần thì không phải làm gì; Bộ đối chiếu với học bạ.",
        "If the pupil moved more than once this year, nothing is to be done; Bộ compares it with the document."),
)  # fmt: skip
_LATER = (
    _warn("BASIS_CORRECTED", "Trường trước đã đính chính học bạ học kì I mà học bạ cả năm này dùng làm căn cứ.",
        "The former school has corrected the semester_1 document on which this year's transcript rests.",
        "Nhận bản đính chính và ký; nếu kết quả học kì I thay đổi, trường đính chính học bạ cả năm của mình.",
        "Receive and sign for the corrected document; if the first semester's results changed, correct your own year's transcript."),
)  # fmt: skip
_PREPARED = (
    _warn("BASIS_TAKEN", "Học kì I lấy từ học bạ học kì I của trường {school}: đã ghi căn cứ và {count} kết quả còn thiếu.",
        "The first semester is taken from school {school}'s semester_1 document: the basis was named, {count} values filled.",
        "Giáo viên xem lại kết quả cả năm rồi ký.", "Look the year's results over, then sign."),
)  # fmt: skip
_PROVED = (
    _warn("BASIS_EVIDENCE_MISSING", "Học kì I do trường {school} chịu trách nhiệm; tệp bằng chứng của học bạ đó chưa được đưa vào kiểm tra.",
        "School {school} answers for the first semester; the evidence file of its document was not given to this check.",
        "Đưa thêm tệp bằng chứng của học bạ học kì I (hub verify --basis).",
        "Give the evidence file of the semester_1 document too (hub verify --basis)."),
    _refuse("BASIS_EVIDENCE_OTHER", "Tệp bằng chứng được đưa vào không phải của học bạ mà phần căn cứ nêu.",
        "The evidence file that was given is not of the document that the basis names.",
        "Đưa đúng tệp của học bạ có mã băm ghi trong căn cứ.", "Give the file of the document whose hash the basis names."),
    _refuse("BASIS_EVIDENCE_INVALID", "Tệp bằng chứng của học bạ học kì I không chứng minh được học bạ đó: {codes}.",
        "The evidence file of the semester_1 document does not prove it: {codes}.",
        "Xin trường cũ hoặc Bộ tệp bằng chứng khác.", "Ask the former school or Bộ for another evidence file."),
    _warn("BASIS_EVIDENCE_UNKNOWN", "Chưa kết luận được về học bạ học kì I: {codes}.",
        "Nothing can be concluded about the semester_1 document yet: {codes}.",
        "Đưa thêm gốc tin cậy của Sở đã chốt học bạ đó (--roots).",
        "Add the trusted roots of the Sở that locked it (--roots)."),
)  # fmt: skip
ENTRIES: tuple[Entry, ...] = _AT_SO + _LATER + _PREPARED + _PROVED
