"""A folder of kept mappings, written for a test."""

from hub.connectors.mapping.kept import FILES, PINS, rules_sha256

MAPPING = """
version = "{version}"
key = ["ma"]
school = "truong"
school_year = "nam"
grade = "khoi"
field = [
  {{ to = "class", from = "lop", required = true }},
  {{ to = "student.name", from = "ten", required = true }},
  {{ to = "student.student_code", from = "ma_hs", required = true }},
  {{ to = "student.birth_date", from = "sinh", required = true }},
  {{ to = "student.gender", from = "gioi", table = "gender", required = true }},
  {{ to = "student.nationality", from = "quoc_tich", default = "VN" }},
  {{ to = "rating", from = "xep_loai" }},
  {{ to = "result.completed", from = "hoan_thanh", required = true }},
  {{ to = "remarks", from = "{remarks}" }},
]
[[list]]
to = "subjects"
from = "mon"
item = [
  {{ to = "code", from = "ma", table = "subject" }},
  {{ to = "level", from = "muc" }}, {{ to = "score", from = "diem" }},
]
"""
TABLES = """
gender = [{{ code = "1", means = "{one}" }}, {{ code = "2", means = "{two}" }}]
subject = [{{ code = "TOAN", means = "TOAN" }}, {{ code = "TV", means = "TV" }}]
"""


def a_version(folder, version, *, remarks="nhan_xet", one="male", two="female"):
    """Write one version, without its pin; return the pin that it needs."""
    texts = (MAPPING.format(version=version, remarks=remarks), TABLES.format(one=one, two=two))
    (folder / version).mkdir(parents=True)
    for name, text in zip(FILES, texts, strict=True):
        (folder / version / name).write_text(text, "utf-8")
    return rules_sha256(text.encode() for text in texts)


def pin(folder, **pins):
    """Write pins.toml; a keyword "v2" is version 2."""
    lines = (f'{name.removeprefix("v")} = "{digest}"\n' for name, digest in pins.items())
    (folder / PINS).write_text("".join(lines), "utf-8")


def two_versions(folder):
    """Write versions 1 and 2, pinned: the second reads a girl where the first read a boy, and the reverse."""
    pin(folder, v1=a_version(folder, "1"), v2=a_version(folder, "2", one="female", two="male"))
    return folder


MANIFEST = """
name = "{name}"
owner = "Sở thử"
so = "tien-giang"
direction = "in"
transport = "folder"
dialect = "bịa ra để thử / invented for tests"
certainty = "synthetic"
grades = [1, 2, 3, 4, 5]
evidence = "attested"
system = "so-lieu-thu"
"""
DOOR = '''"""A connector of a system whose records are attested. Invented for tests."""

from pathlib import Path

from hub.connectors.mapping import kept_mappings
from hub.connectors.sdk import extract_record, read_manifest

HERE = Path(__file__).parent


class Tried:
    """Implements `SealedConnector`."""

    def __init__(self):
        self.manifest = read_manifest(HERE / "manifest.toml")
        self.mappings = kept_mappings(HERE / "mappings", self.manifest.name)
        self.mapper = self.mappings[-1].mapper

    def source(self, opened):
        raise NotImplementedError

    def sink(self, opened):
        return None

    def rows(self, data):
        return (extract_record(data),)


def connector(file=None):
    return Tried()
'''


def a_sealed_connector(folder, name="so-thu"):
    """Write a connector with two kept mappings; return its folder."""
    at = folder / name
    two_versions(at / "mappings")
    (at / "manifest.toml").write_text(MANIFEST.format(name=name), "utf-8")
    (at / "__init__.py").write_text(DOOR, "utf-8")
    return at


def a_row(**changes):
    """Return a record of that system; keyword arguments change its fields, None leaves one out."""
    row = {
        "ma": "TG-1", "truong": "82020001", "nam": "2024-2025", "khoi": "1", "lop": "1A", "ten": "Nguyễn Thị Ánh",
        "ma_hs": "8200849201", "sinh": "05/03/2018", "gioi": "2", "quoc_tich": "VN", "xep_loai": "HTT",
        "hoan_thanh": "1", "nhan_xet": "Chăm ngoan.",
        "mon": [{"ma": "TOAN", "muc": "T", "diem": "9"}, {"ma": "TV", "muc": "H", "diem": "8"}],
    } | changes  # fmt: skip
    return {name: value for name, value in row.items() if value is not None}
