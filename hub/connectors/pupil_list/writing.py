"""Write a pupil list in the shape of C1-HocSinh: for tests, for the synthetic population, for templates."""

from collections.abc import Collection, Iterable, Sequence
from itertools import chain
from pathlib import Path
from typing import Final

from msgspec import UNSET

from hub.connectors.cell_dates import printed_date
from hub.connectors.workbook_writing import SheetToWrite, Value, write_workbook
from hub.domain.transcript import Transcript

__all__ = ["CODE_LISTS", "PUPIL_HEADER", "pupil_row", "write_pupils"]

PUPIL_HEADER: Final[tuple[Value, ...]] = (
    "STT", "Khối", "Mã lớp", "Mã học sinh", "Họ tên", "Ngày sinh", "Giới tính", "Trạng thái HS",
    "Ngày nhập trạng thái", "Dân tộc", "Quốc tịch", "Loại khuyết tật", "Số định danh cá nhân",
)  # fmt: skip
# The sector's export carries code lists beside the data; their names here are stand-ins.
CODE_LISTS: Final = tuple(f"DanhMuc{number:02}" for number in range(1, 17))
_GENDERS = {"male": "Nam", "female": "Nữ"}


def write_pupils(
    path: Path, rows: Iterable[Sequence[Value]], *, above: Sequence[Sequence[Value]] = (),
    hidden_rows: Collection[int] = (), header: Sequence[Value] = PUPIL_HEADER,
) -> None:  # fmt: skip
    """Write a C1-HocSinh workbook: the list on Sheet1 (13 columns, see PUPIL_HEADER) and 16 code-list sheets."""
    lists = [SheetToWrite(name, [("Mã", "Tên"), ("01", f"Danh mục {name}")]) for name in CODE_LISTS]
    write_workbook(path, [SheetToWrite("Sheet1", chain(above, [header], rows), (), hidden_rows), *lists])


def pupil_row(transcript: Transcript, number: int, status: str = "Đang học") -> list[Value]:
    """Return the 13 values of a pupil's row in the list."""
    student = transcript.student
    return [
        number, f"Khối {transcript.grade}", transcript.class_, student.student_code, student.name,
        printed_date(student.birth_date), _GENDERS.get(student.gender), status, None,
        None if student.ethnicity is UNSET else student.ethnicity,
        "Việt Nam" if student.nationality == "VN" else student.nationality, None,
        None if student.personal_id is UNSET else student.personal_id,
    ]  # fmt: skip
