"""Builders: records of one class as the system has them, its key, lots as they are copied, and a register."""

import hashlib
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from cryptography.hazmat.primitives.serialization import Encoding

from hub.connectors.sdk import Context
from hub.connectors.tien_giang import connector
from hub.connectors.tien_giang.class_files import PUPIL
from hub.connectors.tien_giang.lot_store import LotCopy
from hub.connectors.tien_giang.lots import read_lot
from hub.connectors.tien_giang.simulated_lots import SignedFile, lot_files, read_key
from hub.connectors.tien_giang.taken import Taken
from hub.domain.transcript import School

SUBJECTS = ("TVIET", "TOAN", "NNGU1", "DAODUC", "LSDL", "KHOAHOC", "THCN", "THECHAT", "AMNHAC", "MYTHUAT", "TRNGHIEM")
TESTED = ("TVIET", "TOAN", "NNGU1", "LSDL", "KHOAHOC", "THCN")
QUALITIES = ("YN", "NA", "CC", "TT", "TN")
COMPETENCES = ("TCTH", "GTHT", "GQVD", "NN", "TT", "KH", "CN", "TH", "TM", "TC")
CONNECTOR = connector()


def a_key(name="he-thong"):
    """Return the system's key, made once for all tests; another name is another system's."""
    return _key(name)


@cache
def _key(name):
    return read_key(Path(mkdtemp(prefix="hub-tien-giang-")), name)


def signers(*names):
    """Return pinned certificates."""
    return tuple(a_key(name).certificate.public_bytes(Encoding.DER) for name in names or ("he-thong",))


def a_record(number=1, *, year="2024-2025", school="82020001", class_="5A", **pupil):
    """Return the record of a pupil of grade 5, sound in every field; `pupil` changes elements of HocSinh."""
    said = {
        "ma": f"82008492{number:02}", "dinhDanh": f"0823140012{number:02}", "HoTen": "Nguyễn Thị Ánh",
        "NgaySinh": "05/03/2014", "GioiTinh": "Nữ", "DanToc": "Kinh", "QuocTich": "VN", "HoChieu": None,
        "KhuyetTat": "0", "DienThoai": None,
        "MonHoc": [_subject(code) for code in SUBJECTS],
        "PhamChat": [{"ma": code, "muc": "Tốt", "NhanXet": None} for code in QUALITIES],
        "NangLuc": [{"ma": code, "muc": "Tốt", "NhanXet": None} for code in COMPETENCES],
        "XepLoai": "TOT", "KetQua": {"hoanThanh": "1", "hoanThanhCap": "1", "lenLop": "LL"}, "KhenThuong": [],
        "HocTap": dict.fromkeys(("hk1", "hk2", "cn", "thiLai")),
        "RenLuyen": dict.fromkeys(("hk1", "hk2", "cn", "renHe")), "Nghi": {"phep": "3", "khongPhep": "0"},
        "ChuyenDe": [], "NhanXetChung": "Em học tốt.", "LyDoSua": None,
    }  # fmt: skip
    return {
        "Truong": {"ma": school, "ten": "Tiểu học Mẫu số 1", "tinh": "82"}, "NamHoc": year, "Ky": "CN",
        "Lop": {"khoi": "5", "ma": class_}, PUPIL: said | pupil,
    }  # fmt: skip


def _subject(code):
    marks = dict.fromkeys(("hk1", "hk2", "cn", "thiLai"))
    return {"ma": code, "muc": "HTT", "diem": "9,0" if code in TESTED else None, **marks, "mien": "0", "NhanXet": None}


def a_class(count=3, **frame):
    """Return the records of a class."""
    return tuple(a_record(number, **frame) for number in range(1, count + 1))


def a_file(lot="000001", records=None, replaced=None, key=None):
    """Return a signed file of a lot."""
    return SignedFile.of(key or a_key(), records or a_class(), lot, replaced)


def a_copy(folder, lot, files, *, extra=(), without=(), replaced=None):
    """Return a lot as it is copied into a folder: its control file, its files but those `without`, what it replaces."""
    laid = {name.rpartition("/")[2]: data for name, data in lot_files(lot, files).items()}
    control = laid.pop("kiem-soat.xml")
    paths = {}
    for name, data in laid.items():
        if name not in without:
            paths[name] = folder / hashlib.sha256(data).hexdigest()
            paths[name].write_bytes(data)
    return LotCopy(control, paths, replaced or {}, dict.fromkeys(extra, "1-1"))


def read(copy, lot="000001", taken=None, folder=None, pinned=None):
    """Judge a lot."""
    name = f"gui/{folder or f'lo-{lot}'}/kiem-soat.xml"
    return read_lot(copy, name, taken or Taken(), pinned or signers(), CONNECTOR.rows)


def codes(records):
    """Return the codes of what is told of records, in their order."""
    return [found.code for record in records for found in record.findings]


def the_register(*known):
    """Return a context that knows one school, in its meaning of each year."""
    school = School(code="82020001", name="Trường Tiểu học Mẫu số 1", province="82")
    return Context(lambda code, year: school if code == school.code else None)
