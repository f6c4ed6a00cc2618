"""docs/consumers.md prints the examples as they are run."""

import json
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]
_EXAMPLES = _ROOT / "examples" / "consumers"
_PRINTED = sorted(
    p for p in _EXAMPLES.rglob("*.*") if p.suffix in {".py", ".mjs", ".sh"} and "node_modules" not in p.parts
)


@pytest.mark.parametrize("path", _PRINTED, ids=lambda path: path.name)
def test_consumer_docs_print_each_example_as_it_is_run(path: Path) -> None:
    """Word for word, with its name."""
    text = (_ROOT / "docs" / "consumers.md").read_text(encoding="utf-8")
    assert f"`{path.relative_to(_ROOT)}`:" in text
    assert f"\n{path.read_text(encoding='utf-8')}```\n" in text


def test_lock_files_hold_digests_and_no_place_where_packages_come_from() -> None:
    """Every client asks the registry that it is set up with, and checks what it gets."""
    requirements = (_EXAMPLES / "python" / "requirements.txt").read_text(encoding="utf-8")
    lock = json.loads((_EXAMPLES / "node" / "package-lock.json").read_bytes())
    packages = [package for name, package in lock["packages"].items() if name]
    assert all("integrity" in package and "resolved" not in package for package in packages)
    assert "--hash=sha256:" in requirements
    assert "://" not in requirements
