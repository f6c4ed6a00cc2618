"""docs/rules.md is generated: it agrees with the code, and its examples are what the rules really say."""

from pathlib import Path

from hub.local.population import RULE_FAULTS
from hub.local.rules_page import PAGE, rules_page

ROOT = Path(__file__).parents[3]


def test_rules_page_is_up_to_date() -> None:
    """`make generate` has been run since the last change."""
    assert (ROOT / PAGE).read_text(encoding="utf-8") == rules_page()


def test_every_rule_that_a_document_can_break_has_an_example() -> None:
    """A section without one is of a rule that needs more than one document."""
    sections = rules_page().split("\n### ")[1:]
    shown = {text.splitlines()[0]: "Ví dụ · example:" in text for text in sections}
    assert [fault.code for fault in RULE_FAULTS if not shown.get(fault.code, True)] == []
    assert sum(shown.values()) > 80
