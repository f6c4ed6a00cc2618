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
  {{ to = "code", from = "ma", table = "subject" }}, {{ to = "level", from = "muc" }}, {{ to = "score", from = "diem" }},
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
