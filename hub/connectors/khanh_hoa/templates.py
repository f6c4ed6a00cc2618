"""The three templates of class summaries: their titles, how their header stands, and which one a sheet has.

The titles of subjects, competences and qualities are codes of `tables.toml`; the mapping files use the same ones.
"""

import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from hub.connectors.headers import label_key
from hub.errors import Refused

__all__ = ["ANCHORS", "LEADING", "TABLES", "Template", "known_titles", "path_of", "template_of", "templates"]

TABLES: Final = Path(__file__).with_name("tables.toml")
ANCHORS: Final = ("Họ và tên", "Tên")  # a column that each pupil's row fills, whatever else is missing
LEADING: Final = frozenset({"STT", "Mã HS", "Họ và tên", "Họ đệm", "Tên", "Ngày sinh"})  # who, not what
_FITS_FROM = 0.75  # of the signature: one renamed column must not make a template unknown

Titles = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """One template. `columns` has the titles of each column from top to bottom, in order.

    The header has `header_rows` rows from row `first_row` on. `signature` are paths by which a sheet is known to have
    this template; `optional` columns stand only in sheets of classes that need them.
    """

    name: str
    shape: str
    title: str
    first_row: int
    header_rows: int
    columns: tuple[Titles, ...]
    signature: tuple[str, ...]
    optional: frozenset[Titles]

    @property
    def paths(self) -> tuple[str, ...]:
        """Return the paths of its columns, as the mapping names them."""
        return tuple(map(path_of, self.columns))

    def spelling(self) -> dict[str, str]:
        """Return its own spelling of each path by what all spellings share."""
        return {label_key(path): path for path in self.paths}

    def share(self, keys: Iterable[str]) -> float:
        """Tell how much of the signature stands in a sheet, from 0 to 1."""
        found = set(keys)
        return sum(label_key(path) in found for path in self.signature) / len(self.signature)


def path_of(titles: Titles) -> str:
    """Return a column's path: its titles from top to bottom."""
    return " / ".join(titles)


@cache
def templates() -> tuple[Template, ...]:
    """Return KH1, KH2 and KH3."""
    return (_kh1(), _kh2(), _kh3())


def known_titles() -> frozenset[str]:
    """Return every title of every template, each as it stands in its own cell."""
    return frozenset(title for template in templates() for titles in template.columns for title in titles)


def template_of(paths: Sequence[str], sheet: str) -> Template:
    """Return the template of a sheet with these columns.

    Raises Refused WORKBOOK_SHAPE_UNKNOWN with the nearest template and the first title that it lacks.
    """
    keys = [label_key(path) for path in paths]
    nearest = max(templates(), key=lambda template: (template.share(keys), len(_matched(template, keys))))
    if nearest.share(keys) >= _FITS_FROM:
        return nearest
    missing = next((path for path in nearest.signature if label_key(path) not in keys), "")
    strange = next((path for path in paths if label_key(path) not in nearest.spelling()), "")
    raise Refused("WORKBOOK_SHAPE_UNKNOWN", {
        "known": "; ".join(template.shape for template in templates()), "nearest": nearest.shape,
        "matched": str(len(_matched(nearest, keys))), "cell": sheet, "expected": missing, "found": strange[:60],
    })  # fmt: skip


def _matched(template: Template, keys: Iterable[str]) -> set[str]:
    return template.spelling().keys() & set(keys)


def _kh1() -> Template:
    boxes = ("Hoàn thành xuất sắc", "Hoàn thành tốt", "Hoàn thành", "Chưa hoàn thành")
    results = (
        *_under(_codes("primary_subject"), ("Mức đạt được", "Điểm KT")),
        *_group("Năng lực", _codes("competence")), *_group("Phẩm chất", _codes("quality")),
    )  # fmt: skip
    return Template(
        "kh1", "KH1, tổng hợp lớp tiểu học", "TỔNG HỢP KẾT QUẢ ĐÁNH GIÁ GIÁO DỤC CUỐI NĂM", 6, 3,
        (
            ("STT",), ("Mã HS",), ("Họ và tên",), ("Ngày sinh",), *results, *_group("Đánh giá", boxes),
            *_group("Khen thưởng", ("HS Xuất sắc", "HS Tiêu biểu")),
            ("HTCT lớp học",), ("HTCT tiểu học",), ("Lên lớp",),
        ),
        (
            "Mã HS", "Họ và tên", "Tiếng Việt / Mức đạt được", "Toán / Mức đạt được",
            *(f"Đánh giá / {box}" for box in boxes),
        ),
        frozenset(results),
    )  # fmt: skip


def _kh2() -> Template:
    results = (
        *_under(_codes("primary_subject"), ("Mức", "Điểm")),
        *_group("NL", _codes("competence")), *_group("PC", _codes("quality")),
    )  # fmt: skip
    return Template(
        "kh2", "KH2, bảng tổng hợp tiểu học (Ninh Thuận)", "BẢNG TỔNG HỢP ĐÁNH GIÁ HỌC SINH", 7, 2,
        (
            ("STT",), ("Mã HS",), ("Họ đệm",), ("Tên",), ("Ngày sinh",), *results, ("Xếp loại",),
            *_group("Khen thưởng", ("HSXS", "HSTB")),
            ("Hoàn thành CT lớp",), ("Hoàn thành CT tiểu học",), ("Lên lớp",), ("Ghi chú",),
        ),
        ("Mã HS", "Họ đệm", "Tên", "Tiếng Việt / Mức", "Toán / Mức", "Xếp loại", "Hoàn thành CT lớp"),
        frozenset(results),
    )  # fmt: skip


def _kh3() -> Template:
    terms = ("HK I", "HK II", "CN")
    outcomes = ("Lên lớp", "Rèn luyện hè", "Kiểm tra lại", "Ở lại")
    results = tuple(_under(_codes("secondary_subject"), (*terms, "KT lại")))
    return Template(
        "kh3", "KH3, tổng hợp lớp THCS, THPT", "TỔNG HỢP KẾT QUẢ HỌC TẬP VÀ RÈN LUYỆN CẢ NĂM", 6, 2,
        (
            ("STT",), ("Mã HS",), ("Họ và tên",), ("Ngày sinh",), *results,
            *_group("Kết quả học tập", (*terms, "KT lại")), *_group("Kết quả rèn luyện", (*terms, "RL hè")),
            *_group("Số buổi nghỉ", ("P", "K")), *_group("Kết quả", outcomes),
            *_group("Khen thưởng", ("HS Xuất sắc", "HS Giỏi")), ("HTCT lớp học",), ("HTCT cấp học",),
        ),
        (
            "Mã HS", "Họ và tên", *(f"Toán / {term}" for term in terms),
            *(f"Kết quả học tập / {term}" for term in terms), *(f"Kết quả / {outcome}" for outcome in outcomes),
        ),
        frozenset(results),
    )  # fmt: skip


def _under(subjects: Iterable[str], values: Sequence[str]) -> Iterator[Titles]:
    return ((subject, value) for subject in subjects for value in values)


def _group(over: str, titles: Iterable[str]) -> Iterator[Titles]:
    return ((over, title) for title in titles)


@cache
def _tables() -> dict[str, list[dict[str, str]]]:
    return tomllib.loads(TABLES.read_text("utf-8"))


def _codes(table: str) -> list[str]:
    return [row["code"] for row in _tables()[table]]
