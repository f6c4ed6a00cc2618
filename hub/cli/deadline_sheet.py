"""The table of `hub deadline` as a workbook: one row a school, the totals below, and a sheet of refusals by cause."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path

from hub.connectors.workbook_writing import SheetToWrite, Value, write_workbook
from hub.domain import VIETNAM
from hub.operate import Counts, DeadlineReport, SchoolDeadline, count_totals

__all__ = ["write_deadline_sheet"]

_COLUMNS = (
    "Mã trường", "Tên trường", "Tình trạng", "Phải báo cáo", "Đã gửi", "Đã nhận", "Còn thiếu", "Ngoài danh sách",
    "Lượt từ chối", "Chờ xác minh", "Tạm giữ", "Trễ hạn", "Đã chốt", "Bộ đã nhận", "Đợt", "Em/giờ",
    "Dự kiến đủ (UTC+7)",
)  # fmt: skip


def write_deadline_sheet(path: Path, report: DeadlineReport) -> None:
    """Write the workbook; the same report gives the same bytes. Raises OSError as the file system does."""
    write_workbook(
        path, [SheetToWrite("Truoc han", list(_rows(report))), SheetToWrite("Nguyen nhan", list(_causes(report)))]
    )


def _rows(report: DeadlineReport) -> Iterator[Sequence[Value]]:
    d = report.deadlines
    due = "" if d.school is None else f"{d.school.astimezone(VIETNAM):%Y-%m-%d %H:%M}"
    now = f"lúc {report.at.astimezone(VIETNAM):%Y-%m-%d %H:%M}"
    yield (f"Sở {report.so}, {report.school_year}, {report.cohort}", now, f"hạn {due}", d.decision or "")
    yield _COLUMNS
    for row in report.schools:
        yield _row(row)
    yield ("Cộng", "", "", *_counts(count_totals(row.counts for row in report.schools)))


def _row(row: SchoolDeadline) -> Sequence[Value]:
    f = row.forecast
    done_at = "" if f.done_at is None else f"{f.done_at.astimezone(VIETNAM):%Y-%m-%d %H:%M}"
    rate = Decimal(str(round(f.per_hour, 2)))
    return (row.school, row.name, f.outlook.value, *_counts(row.counts), row.counts.state, rate, done_at)


def _counts(c: Counts) -> Sequence[Value]:
    missing = None if c.expected is None else c.missing
    standing = (c.pending, c.held, c.late, c.locked, c.ingested)
    return (c.expected, c.submitted, c.accepted, missing, c.extra, c.refused, *standing)


def _causes(report: DeadlineReport) -> Iterator[Sequence[Value]]:
    yield ("Mã trường", "Mã lỗi", "Lượt")
    for row in report.schools:
        for code, count in row.counts.causes:
            yield (row.school, code, count)
