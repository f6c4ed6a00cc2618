"""The folder of docs/connectors.md: made as the page says, word by word, it passes the conformance kit."""

import re
import subprocess

import pytest

from tests.connectors.checking import DOCS, checked, printed_file

QUICK = ("manifest", "codes", "round_trip", "loss_report", "encodings", "pages", "limits", "answers", "hostile")
_FOLDER = re.compile(r"<!-- folder: .*?-->\n(.*?)<!-- folder end -->", re.DOTALL)
_FILE = re.compile(r"`(\w+\.py)`\n\n```python\n(.*?)```", re.DOTALL)
_MAKING = re.compile(r"```\n(mkdir dong-thap-khoi; .*?)```", re.DOTALL)


@pytest.fixture
def folder(tmp_path):
    """The folder as a newcomer makes it: the printed commands, then the printed files."""
    page = DOCS.read_text(encoding="utf-8")
    (tmp_path / "dong-thap.toml").write_text(printed_file(), encoding="utf-8")
    (making,) = _MAKING.findall(page)
    subprocess.run(["bash", "-euc", making], cwd=tmp_path, check=True, timeout=30)
    (printed,) = _FOLDER.findall(page)
    made = tmp_path / "dong-thap-khoi"
    for name, code in _FILE.findall(printed):
        (made / name).write_text(code, encoding="utf-8")
    return made


@pytest.mark.long
def test_the_printed_folder_passes_the_checks(folder, tmp_path):
    """Everything but golden records, which nobody can print for another's system."""
    assert sorted(path.name for path in folder.iterdir()) == [
        "README.md", "__init__.py", "manifest.toml", "mapping.toml", "simulator.py", "source.py", "tables.toml",
    ]  # fmt: skip
    (tmp_path / "work").mkdir()
    found = checked(str(folder), tmp_path / "work", *QUICK)
    assert {check: codes for check, (outcome, codes) in found.items() if outcome != "passed"} == {}
