"""Every code that the hub uses stands in the catalogue, and every code of the catalogue is used."""

import ast
import re
import string
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

from hub.catalogue import CATALOGUE, Entry

HUB = Path(__file__).parents[2] / "hub"
CODE = re.compile(r"[A-Z][A-Z0-9_]{4,}")
# Calls whose first argument is a code.
TAKES_CODE = {"finding", "note", "Refused", "Unavailable", "Corrupt", "Finding"}
# Catalogue codes that no literal names, with the reason.
UNUSED = {
    "COMMAND_KIND_UNKNOWN": "for a kind that a later version drops; the schema refuses kinds that never were",
}
VIETNAMESE = re.compile("[ăâđêôơưàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ]", re.IGNORECASE)


@cache
def sources() -> tuple[tuple[Path, ast.Module], ...]:
    return tuple((path, ast.parse(path.read_text(encoding="utf-8"))) for path in sorted(HUB.rglob("*.py")))


@cache
def walked(tree: ast.AST) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(tree))


def literals(tree: ast.AST) -> Iterator[str]:
    """Yield every text in the code that has the form of a code, without docstrings."""
    for node in walked(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value):
            yield node.value


def named(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield (line, code) of every literal that can only be a code: raised, found, or yielded."""
    for node in walked(tree):
        if isinstance(node, ast.Call) and node.args and _name(node.func) in TAKES_CODE:
            yield from _codes(node.args[0])
        elif isinstance(node, ast.Yield) and node.value is not None:
            yield from _codes(node.value)


def _codes(node: ast.expr) -> Iterator[tuple[int, str]]:
    for part in (node.body, node.orelse) if isinstance(node, ast.IfExp) else (node,):
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and CODE.fullmatch(part.value):
            yield part.lineno, part.value


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def test_every_code_that_is_raised_found_or_yielded_stands_in_the_catalogue() -> None:
    """A code without texts would reach a clerk as a riddle, or stop a worker with a KeyError.

    The oracle names its violations in words of its own: it shares nothing with the hub, and they reach no clerk.
    """
    missing = [
        f"{path.relative_to(HUB)}:{line} {code}"
        for path, tree in sources()
        if path.relative_to(HUB).parts[0] != "audit"
        for line, code in named(tree)
        if code not in CATALOGUE
    ]
    assert missing == []


def test_search_for_codes_finds_them_in_all_their_places() -> None:
    """Otherwise the test above could not fail."""
    text = 'raise Refused("AN_ERROR")\nx.finding("A_FINDING", 1)\ndef f():\n    yield "A_CODE"\n    yield "no code"\n'
    assert [code for _, code in named(ast.parse(text))] == ["AN_ERROR", "A_FINDING", "A_CODE"]
    found = {code for _, tree in sources() for _, code in named(tree)}
    assert len(found) > 100


def test_every_code_of_the_catalogue_is_used() -> None:
    """What nobody answers any more goes, or has a reason to stay."""
    catalogue = HUB / "catalogue"
    used = {code for path, tree in sources() if not path.is_relative_to(catalogue) for code in literals(tree)}
    assert sorted(CATALOGUE.keys() - used - UNUSED.keys()) == []
    assert sorted(UNUSED.keys() & used) == []
    assert UNUSED.keys() <= CATALOGUE.keys()


def test_every_code_is_documented_once() -> None:
    """The collector refuses a second one; so does this test, over the sources."""
    declared = Counter(
        node.args[0].value
        for path, tree in sources()
        if path.is_relative_to(HUB / "catalogue")
        for node in walked(tree)
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str) and CODE.fullmatch(node.args[0].value)
    )  # fmt: skip
    assert [code for code, count in declared.items() if count > 1] == []
    assert declared.keys() == CATALOGUE.keys()


def slots(text: str) -> set[str]:
    """Return the names of slots; one that has a text for each language counts as one."""
    named = (name for _, name, _, _ in string.Formatter().parse(text) if name is not None)
    return {name.removesuffix("_vi").removesuffix("_en") for name in named}


def faults(entry: Entry) -> Iterator[str]:
    """Say what is wrong with the texts of one entry."""
    texts = (entry.source, entry.vi, entry.en, entry.next_vi, entry.next_en)
    if not VIETNAMESE.search(entry.vi) or not VIETNAMESE.search(entry.next_vi):
        yield "no Vietnamese marks"
    if slots(entry.vi) != slots(entry.en) or slots(entry.next_vi) != slots(entry.next_en):
        yield "the languages fill different slots"
    if any(not text or text != text.strip() for text in texts):
        yield "empty or ragged text"
    if any(not name.isidentifier() for text in texts for name in slots(text)):
        yield "a slot without a name"


def test_every_entry_speaks_both_languages_alike() -> None:
    """Vietnamese has its marks; both texts, and both next steps, fill the same slots."""
    assert [f"{code}: {fault}" for code, entry in CATALOGUE.items() for fault in faults(entry)] == []


def test_fault_of_an_entry_is_found() -> None:
    """Otherwise the test above could not fail."""
    good = next(iter(CATALOGUE.values()))
    for change in ({"vi": "Khong dau"}, {"next_en": "Look at {slot}."}, {"en": " x"}, {"vi": "Ở {}.", "en": "At {}."}):
        assert list(faults(replace(good, **change)))
