"""Read a class file with the pupil list beside it into records, one a pupil; every doubt becomes a finding."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from hub.connectors.bundles import bounded_key
from hub.connectors.cell_dates import printed_date
from hub.connectors.formats import Rows, read_sheets
from hub.connectors.khanh_hoa.rows import ClassFile, SheetRow, rows_of
from hub.connectors.khanh_hoa.templates import ANCHORS, known_titles, templates
from hub.connectors.making import agreed_grade
from hub.connectors.mapping import TEMPLATE
from hub.connectors.pupil_list import Joined, Pupil, join, read_pupils
from hub.connectors.sdk import Raw, SourceRecord, version_of
from hub.connectors.transport import FileRecords
from hub.domain.findings import Finding, refuses
from hub.errors import Refused

__all__ = ["RecordOf", "read_class_file"]

RecordOf = Callable[[Raw, str], SourceRecord]
PERIOD: Final = "CN"  # the templates are of a whole year
_GENDERS: Final = MappingProxyType({"male": "Nam", "female": "Nữ"})


def read_class_file(summary: Path, pupils: Path, name: str, record_of: RecordOf) -> FileRecords:
    """Return the records of one class file; `name` is its path in the system, `record_of` gives key and version.

    Raises Refused with a code of the family `workbook` when one of the two files as a whole cannot be read.
    """
    file = ClassFile(name)
    listed = read_pupils(pupils)
    rows: list[SheetRow] = []
    told: list[Finding] = []
    for sheet in _sheets(summary):
        told += sheet.findings
        for row in rows_of(sheet, file):
            if isinstance(row, SheetRow):
                rows.append(row)
            else:
                told += row.findings
    if not rows:
        raise Refused("WORKBOOK_EMPTY", {"sheet": name.rpartition("/")[2]})
    joined, absent = join(rows, listed, {row.class_code for row in rows if row.class_code is not None})
    told += [found for notes in absent for found in notes.found]
    return FileRecords(tuple(_record(row, file, record_of) for row in joined), (*told, *listed.findings))


def _sheets(summary: Path) -> tuple[Rows, ...]:
    try:
        return read_sheets(summary, known_titles(), ANCHORS)
    except Refused as refused:
        if refused.code != "WORKBOOK_HEADER_MISSING":
            raise
        known = "; ".join(template.shape for template in templates())
        facts = {"known": known, "nearest": "–", "matched": "0", "cell": refused.facts["sheet"], "found": "–"}
        raise Refused("WORKBOOK_SHAPE_UNKNOWN", facts | {"expected": ANCHORS[0]}) from None


def _record(row: Joined[SheetRow], file: ClassFile, record_of: RecordOf) -> SourceRecord:
    """Return the record of a row; without a pupil, or with a fault of the row itself, it has no value."""
    result, pupil = row.result, row.pupil
    grade = None
    if pupil is not None and not result.notes.refused:
        grade = agreed_grade(None, [result.class_code], pupil, result.notes, None)
    found = tuple(result.notes.found)
    if pupil is None or grade is None or refuses(found):
        seen = {"values": dict(result.values), "codes": [one.code for one in found]}
        return SourceRecord(_key(result, file), version_of(seen), result.place, None, found)
    made = record_of(_frame(result, file, grade) | {"hoc_sinh": _shown(pupil)} | dict(result.values), result.place)
    return replace(made, findings=(*made.findings, *found))


def _key(row: SheetRow, file: ClassFile) -> str:
    """Return whose record a refused row is, as the mapping would; of a row that names nobody, where it stands."""
    own = f"{file.school}/{file.school_year}/{row.student_code}/{PERIOD}"
    return bounded_key(row.place if row.student_code is None else own)


def _frame(row: SheetRow, file: ClassFile, grade: int) -> dict[str, Any]:
    return {
        TEMPLATE: row.template.name, "ma_tinh": row.heading.province, "ma_truong": file.school,
        "nam_hoc": file.school_year, "ky": PERIOD, "khoi": str(grade), "lop": row.class_code,
    }  # fmt: skip


def _shown(pupil: Pupil) -> dict[str, str | None]:
    """Return a pupil as the list has them, in its own words."""
    return {
        "ma_hs": pupil.student_code, "ho_ten": pupil.name,
        "ngay_sinh": None if pupil.birth_date is None else printed_date(pupil.birth_date),
        "gioi_tinh": None if pupil.gender is None else _GENDERS[pupil.gender], "dan_toc": pupil.ethnicity,
        "quoc_tich": "Việt Nam" if pupil.nationality == "VN" else pupil.nationality, "ma_dinh_danh": pupil.personal_id,
    }  # fmt: skip
