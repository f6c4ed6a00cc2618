"""From a transcript to its form: its layout, what stands about pupil, school and year, and how the year ended."""

from collections.abc import Iterator
from datetime import date

from msgspec import UNSET, UnsetType

from hub.domain.form.primary import primary_blocks
from hub.domain.form.secondary import secondary_blocks
from hub.domain.form.shape import Block, Form, Line
from hub.domain.form.values import AWARDS, GENDERS, NATIONALITIES, PROMOTIONS, date_text, meaning_of
from hub.domain.provinces import province_at
from hub.domain.semesters import semester_bases, semesters_of
from hub.domain.transcript import Transcript

__all__ = ["form_of"]

_PRIMARY_LAST, _LOWER_LAST = 5, 9
_SHOWN = 16  # hex digits of a hash that a person compares
_REGULATIONS = {
    "TT27-2020": "Thông tư 27/2020/TT-BGDĐT", "TT22-2021": "Thông tư 22/2021/TT-BGDĐT",
    "TT58-2011": "Thông tư 58/2011/TT-BGDĐT", "TT30-2014": "Thông tư 30/2014/TT-BGDĐT",
}  # fmt: skip
_YEAR_ENDS = (5, 31)  # month, day: the day by which a code of a province is read [assumed]


def form_of(transcript: Transcript) -> Form:
    """Return a sound transcript as its form shows it."""
    primary = transcript.grade <= _PRIMARY_LAST
    former = transcript.regulation == "TT58-2011"
    blocks = primary_blocks(transcript) if primary else secondary_blocks(transcript)
    return Form(
        layout="primary" if primary else "former" if former else "secondary",
        title=_title(transcript.grade),
        subtitle=f"Năm học {transcript.school_year.replace('-', ' – ')}{_part(transcript)}",
        regulation=_REGULATIONS[transcript.regulation],
        pupil=tuple(_pupil(transcript)),
        year=tuple(_year(transcript)),
        blocks=(*blocks, *_ending(transcript), *_responsible(transcript)),
    )


def _title(grade: int) -> str:
    level = (
        "tiểu học" if grade <= _PRIMARY_LAST else "trung học cơ sở" if grade <= _LOWER_LAST else "trung học phổ thông"
    )
    return f"Học bạ {level}"


def _part(transcript: Transcript) -> str:
    return ", học kì I" if transcript.period == "semester_1" else ""


def _pupil(transcript: Transcript) -> Iterator[Line]:
    student = transcript.student
    yield Line("Họ và tên", student.name)
    yield Line("Ngày sinh", date_text(student.birth_date))
    yield Line("Giới tính", meaning_of(GENDERS, student.gender))
    yield from _stated("Số định danh cá nhân", student.personal_id)
    yield from _stated("Hộ chiếu", student.passport)
    yield Line("Mã học sinh", student.student_code)
    yield from _stated("Dân tộc", student.ethnicity)
    yield Line("Quốc tịch", meaning_of(NATIONALITIES, student.nationality))


def _year(transcript: Transcript) -> Iterator[Line]:
    yield Line("Trường", transcript.school.name)
    yield Line("Mã trường", transcript.school.code)
    yield Line("Tỉnh, thành phố", _province(transcript))
    yield Line("Lớp", f"{transcript.class_} (khối {transcript.grade})")
    if not isinstance(transcript.absences, UnsetType):
        absences = transcript.absences
        yield Line("Số buổi nghỉ", f"{absences.excused} có phép, {absences.unexcused} không phép")


def _province(transcript: Transcript) -> str:
    """Return name and code of the province in the meaning that the code had at the end of that school year."""
    code = transcript.school.province
    found = province_at(code, date(int(transcript.school_year[5:]), *_YEAR_ENDS))
    return code if found is None else f"{found.name} ({code})"


def _ending(transcript: Transcript) -> Iterator[Block]:
    """Yield how it ended, where anything is told of that: a first semester ends no class."""
    result, half = transcript.result, transcript.period == "semester_1"
    completed = Line("Hoàn thành chương trình lớp học", "Có" if result.completed else "Chưa")
    lines = [] if half and not result.completed else [completed]
    if result.programme_completed is not UNSET:
        lines.append(Line("Hoàn thành chương trình cấp học", "Có" if result.programme_completed else "Chưa"))
    lines += _stated("Lên lớp", meaning_of(PROMOTIONS, result.promotion) or UNSET)
    if not isinstance(result.awards, UnsetType):
        lines.append(Line("Khen thưởng", ", ".join(meaning_of(AWARDS, award) for award in result.awards)))
    lines += _stated("Nhận xét", transcript.remarks)
    lines += _stated("Lí do đính chính", transcript.reason)
    if lines:
        yield Block("Kết quả học kì I" if half else "Kết quả cuối năm", tuple(lines))


def _responsible(transcript: Transcript) -> Iterator[Block]:
    """Yield who answers for which semester, where the first one is another school's."""
    if semester_bases(transcript):
        own = f"{transcript.school.name} ({transcript.school.code})"
        taken = [one for one in semesters_of(transcript) if one.document_sha256 is not None]
        lines = [
            Line(
                "Học kì I",
                f"Trường có mã {one.school}",
                f"học bạ học kì I, mã băm {str(one.document_sha256)[:_SHOWN]}…",
            )
            for one in taken
        ]
        yield Block("Trách nhiệm theo học kì", (*lines, Line("Học kì II và cả năm", own)))


def _stated(name: str, value: str | UnsetType) -> Iterator[Line]:
    if not isinstance(value, UnsetType):
        yield Line(name, value)
