"""Transcripts as rows of the tables, as the province's own program would have written them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, LiteralString

from hub.connectors.sdk import Mapper
from hub.domain import Transcript

__all__ = ["COPIES", "Rows", "rows_of"]

COPIES: Mapping[str, LiteralString] = {
    "truong": "COPY hoc_ba.truong (ma_truong, ten, ma_tinh) FROM STDIN",
    "hoc_sinh": "COPY hoc_ba.hoc_sinh (id, ma_hs, ho_ten, so_dinh_danh, ho_chieu, ngay_sinh, gioi_tinh, dan_toc, "
    "quoc_tich, khuyet_tat, so_dien_thoai) FROM STDIN",
    "ho_so": "COPY hoc_ba.ho_so (ma_ho_so, hoc_sinh_id, ma_truong, nam_hoc, ky, khoi, lop, xep_loai, hoan_thanh, "
    "hoan_thanh_cap, len_lop, khen_thuong, hoc_tap_hk1, hoc_tap_hk2, hoc_tap_ca_nam, hoc_tap_lai, ren_luyen_hk1, "
    "ren_luyen_hk2, ren_luyen_ca_nam, ren_luyen_lai, nghi_co_phep, nghi_khong_phep, chuyen_de, nhan_xet, ly_do_sua, "
    "nguoi_cap_nhat) FROM STDIN",
    "diem_mon": "COPY hoc_ba.diem_mon (ma_ho_so, ma_mon, muc, diem, hk1, hk2, ca_nam, lai, mien, nhan_xet) FROM STDIN",
    "pham_chat_nang_luc": "COPY hoc_ba.pham_chat_nang_luc (ma_ho_so, loai, ma, muc, nhan_xet) FROM STDIN",
}
_PUPIL = (
    "ma_hs", "ho_ten", "so_dinh_danh", "ho_chieu", "ngay_sinh", "gioi_tinh", "dan_toc", "quoc_tich", "khuyet_tat",
)  # fmt: skip
_RECORD = ("xep_loai", "hoan_thanh", "hoan_thanh_cap", "len_lop", "khen_thuong")
_PARTS = ("hk1", "hk2", "ca_nam", "lai")
_MARK = ("ma_mon", "muc", "diem", "hk1", "hk2", "ca_nam", "lai", "mien", "nhan_xet")
_Row = tuple[Any, ...]


@dataclass
class Rows:
    """Rows by table, in the order of COPIES; `left_out` counts transcripts that the tables cannot hold."""

    by_table: dict[str, list[_Row]] = field(default_factory=lambda: {name: [] for name in COPIES})
    keys: list[str] = field(default_factory=list)
    left_out: int = 0


def rows_of(transcripts: Iterable[Transcript], mapper: Mapper) -> Rows:
    """Return the rows. A pupil of whom two records say different things stands there twice, as in real systems."""
    rows, pupils, numbers = Rows(), dict[_Row, int](), Counter[str]()
    schools: dict[str, _Row] = {}
    for transcript in transcripts:
        raw, losses = mapper.backward(transcript)
        if losses:
            rows.left_out += 1
            continue
        schools.setdefault(raw["ma_truong"], (raw["ma_truong"], transcript.school.name, raw["ma_tinh"]))
        pupil = tuple(raw["hoc_sinh"][name] for name in _PUPIL)
        number = pupils.setdefault(pupil, len(pupils) + 1)
        place = f"{raw['ma_truong']}-{raw['nam_hoc'][2:4]}{raw['nam_hoc'][7:9]}"
        numbers[place] += 1
        key = f"NA-{place}-{numbers[place]:06d}"
        rows.keys.append(key)
        rows.by_table["ho_so"].append(_record(key, number, raw))
        rows.by_table["diem_mon"] += [(key, *(mark[name] for name in _MARK)) for mark in raw["diem_mon"]]
        rows.by_table["pham_chat_nang_luc"] += _assessed(key, raw)
    rows.by_table["truong"] += schools.values()
    rows.by_table["hoc_sinh"] += [(number, *pupil, f"0000{number:06d}") for pupil, number in pupils.items()]
    return rows


def _record(key: str, pupil: int, raw: Mapping[str, Any]) -> _Row:
    where = (key, pupil, raw["ma_truong"], raw["nam_hoc"], raw["ky"], int(raw["khoi"]), raw["lop"])
    results = [raw[group][part] for group in ("hoc_tap", "ren_luyen") for part in _PARTS]
    absences = [_number(raw["nghi"][name]) for name in ("co_phep", "khong_phep")]
    rest = (raw["chuyen_de"] or [], raw["nhan_xet"], raw["ly_do_sua"], "gv01")
    return (*where, *(raw[name] for name in _RECORD[:-1]), raw["khen_thuong"] or [], *results, *absences, *rest)


def _assessed(key: str, raw: Mapping[str, Any]) -> Iterator[_Row]:
    for kind, name in (("PC", "pham_chat"), ("NL", "nang_luc")):
        yield from ((key, kind, row["ma"], row["muc"], row["nhan_xet"]) for row in raw[name])


def _number(text: str | None) -> int | None:
    return None if text is None else int(text)
