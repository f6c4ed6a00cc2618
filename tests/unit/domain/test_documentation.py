"""Generated pages agree with the code, and every code is documented."""

import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from hub.catalogue import CATALOGUE
from hub.domain.documentation import PAGES, pages
from hub.domain.shape_faults import schema
from tests.unit.domain.builders import a_transcript, document_of

ROOT = Path(__file__).parents[3]
CODE = re.compile(r'(?:finding|Refused|Corrupt|Unavailable)\(\s*"([A-Z][A-Z0-9_]+)"')


@pytest.mark.parametrize("path", sorted(PAGES))
def test_generated_page_is_up_to_date(path: str) -> None:
    """`python -m hub.domain.documentation` has been run since the last change."""
    assert (ROOT / path).read_text(encoding="utf-8") == pages()[path]


def test_every_code_of_the_domain_stands_in_the_catalogue() -> None:
    """A code that the domain raises or finds has meaning, ground and next step."""
    sources = [p.read_text(encoding="utf-8") for p in (ROOT / "hub/domain").rglob("*.py")]
    used = {code for text in sources for code in CODE.findall(text)}
    assert len(used) > 40
    assert used <= set(CATALOGUE)


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_catalogue_entry_speaks_both_languages(code: str) -> None:
    """Every entry has Vietnamese with marks and English, and says what to do."""
    entry = CATALOGUE[code]
    assert entry.vi != entry.en
    assert re.search(r"[àáảãạăắằẳẵặâấầẩẫậđèéẻẽẹêếềểễệìíỉĩịòóỏõọôốồổỗộơớờởỡợùúủũụưứừửữựỳýỷỹỵ]", entry.vi.lower())
    assert entry.next_vi
    assert entry.next_en


@pytest.mark.parametrize("grade", [1, 5, 9, 12])
def test_schema_accepts_what_the_builders_make(grade: int) -> None:
    """The published schema is valid and takes good documents."""
    import json  # noqa: PLC0415

    Draft202012Validator.check_schema(schema())
    assert Draft202012Validator(schema()).is_valid(json.loads(document_of(a_transcript(grade))))
