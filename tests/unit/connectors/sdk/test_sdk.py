"""What a connector is made of: names that are proposed, losses that are counted, versions, manifests."""

from datetime import date
from decimal import Decimal

import pytest

from hub.connectors.sdk import Loss, LossReport, did_you_mean, read_manifest, version_of
from hub.errors import Refused

MANIFEST = """
name = "hai-phong"
owner = "Sở GD&ĐT Hải Phòng"
direction = "both"
transport = "http"
dialect = "REST"
certainty = "synthetic"
grades = [1, 2]
period = { from = "2023-2024" }
limits = { page_records = 200 }
repeat = { pull = "always", answer = "by-id" }
province = [{ code = "31", so = "hai-phong" }, { code = "30", so = "hai-duong", to = 2025-07-01 }]
loss = [{ path = "hoc_sinh.so_dien_thoai", kind = "dropped", reason = "not needed" }]
"""


@pytest.mark.parametrize(
    ("name", "known", "proposal"),
    [
        ("ho_tenn", ["ten", "ho_ten", "lop"], "ho_ten"), ("Họ Tên", ["ho_ten", "Họ và tên"], "Họ và tên"),
        ("ky_moi", ["ky", "khoi"], "ky"), ("xyz", ["ho_ten", "lop"], None), ("", ["ho_ten"], None), ("lop", [], None),
        ("Toan / Muc", ["Toán / Mức", "Tiếng Việt / Mức"], "Toán / Mức"), ("x" * 100_000, ["x" * 99], "x" * 99),
    ],
)  # fmt: skip
def test_the_nearest_name_is_proposed(name, known, proposal):
    """By letters, else by words; none where none is near, and a hostile name costs nothing."""
    assert did_you_mean(name, known) == proposal


def test_losses_are_counted_and_hold_no_value():
    """By kind, direction and path, with the first record as twelve digits of a hash."""
    report = LossReport()
    dropped, guessed = Loss("dropped", "hoc_sinh.email"), Loss("guessed", "diem")
    report.add([dropped, guessed], "HS-1")
    report.add([dropped], "HS-2")
    assert [(row["kind"], row["path"], row["count"]) for row in report.shown()] == [
        ("dropped", "hoc_sinh.email", 2), ("guessed", "diem", 1)
    ]  # fmt: skip
    assert all(len(row["first"]) == 12 and "HS" not in row["first"] for row in report.shown())
    assert report.undeclared([Loss("guessed", "diem", "in", "a comma")]) == [dropped]
    assert report.undeclared([dropped, Loss("guessed", "diem", "out")]) == [guessed]


def test_equal_content_has_an_equal_version():
    """Whatever the order of names; a number is not the text of it."""
    value = {"b": [1, Decimal("8.50")], "a": {"y": None, "x": "Ánh"}}
    assert version_of(value) == version_of({"a": {"x": "Ánh", "y": None}, "b": [1, Decimal("8.50")]})
    assert version_of(value) != version_of(value | {"b": [1, Decimal("8.51")]})


def test_a_manifest_is_read(tmp_path):
    """Dates are dates, and the first day on which a row no longer holds is excluded."""
    (tmp_path / "manifest.toml").write_text(MANIFEST, "utf-8")
    manifest = read_manifest(tmp_path / "manifest.toml")
    assert (manifest.name, manifest.version, manifest.answers) == ("hai-phong", "1", ())
    assert manifest.province[1].until == date(2025, 7, 1)
    assert manifest.loss == (Loss("dropped", "hoc_sinh.so_dien_thoai", "in", "not needed"),)


def test_a_manifest_says_what_its_records_rest_on(tmp_path):
    """Persons sign, unless it says otherwise; what is sealed is sealed for a system that the register knows."""
    (tmp_path / "manifest.toml").write_text(MANIFEST, "utf-8")
    assert read_manifest(tmp_path / "manifest.toml").evidence == "native"
    sealed = MANIFEST.replace("grades", 'evidence = "attested"\nsystem = "so-lieu"\ngrades', 1)
    (tmp_path / "manifest.toml").write_text(sealed, "utf-8")
    manifest = read_manifest(tmp_path / "manifest.toml")
    assert (manifest.evidence, manifest.system) == ("attested", "so-lieu")


@pytest.mark.parametrize(
    ("old", "new"),
    [("grades = [1, 2]", "grades = [0]"), ('"both"', '"sideways"'), ("owner", "owners"), ('"31"', "31"),
     ('name = "hai-phong"', 'name = "Hải Phòng"'), ("= 200", "= 0"), ('"dropped"', '"lost"'), ("2023-2024", "2023"),
     ("grades", 'evidence = "derived"\ngrades'), ("grades", 'system = "ho-so"\ngrades'),
     ("grades", 'evidence = "signed"\nsystem = "ho-so"\ngrades')],
)  # fmt: skip
def test_a_wrong_manifest_is_refused(tmp_path, old, new):
    """Every key is known and every value in its range; a code is a text."""
    (tmp_path / "manifest.toml").write_text(MANIFEST.replace(old, new, 1), "utf-8")
    with pytest.raises(Refused) as raised:
        read_manifest(tmp_path / "manifest.toml")
    assert (raised.value.code, raised.value.facts["file"]) == ("MANIFEST_WRONG", f"{tmp_path.name}/manifest.toml")
