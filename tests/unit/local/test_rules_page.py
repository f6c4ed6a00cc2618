"""docs/rules.md is generated: it agrees with the code, lists every rule, and its examples are what the rules say."""

from pathlib import Path

import pytest

from hub.catalogue import CATALOGUE, Entry
from hub.domain.severities import check_severities, is_adjustable
from hub.errors import Refused
from hub.local.rule_examples import WITHOUT_EXAMPLE, example_of
from hub.local.rules_page import LEFT_OUT, PAGE, page_entries, rules_page

ROOT = Path(__file__).parents[3]
ENTRIES = {entry.code: entry for entries in page_entries().values() for entry in entries}


def is_of_documents(entry: Entry) -> bool:
    """Tell whether a policy may name the rule at all."""
    try:
        check_severities({entry.code: entry.severity})
    except Refused:
        return False
    return True


def test_rules_page_is_up_to_date() -> None:
    """`make generate` has been run since the last change."""
    assert (ROOT / PAGE).read_text(encoding="utf-8") == rules_page()


def test_every_rule_that_a_policy_may_name_is_on_the_page() -> None:
    """And beside them those of sheets of marks and of the register; what is left out has a place of its own."""
    named = {entry.code for entry in CATALOGUE.values() if is_of_documents(entry) and entry.source not in LEFT_OUT}
    assert named - ENTRIES.keys() == set()
    assert {"GRADE_NOT_OF_SCHOOL", "SHEET_VALUES_DIFFER", "REGULATION_NOT_FOR_YEAR"} <= ENTRIES.keys()


@pytest.mark.parametrize("code", sorted(ENTRIES))
def test_every_rule_has_an_example_or_a_reason(code: str) -> None:
    """The example is a finding of that rule; a reason stands only where no example does."""
    assert bool(example_of(ENTRIES[code])) is not (code in WITHOUT_EXAMPLE)


def test_page_says_which_severities_a_policy_may_change() -> None:
    """As the policies themselves are judged."""
    sections = {text.splitlines()[0]: text.splitlines()[2] for text in rules_page().split("\n### ")[1:]}
    assert sections.keys() == ENTRIES.keys()
    raisable = {code for code, line in sections.items() if line.endswith("a policy may raise it")}
    assert raisable == {code for code in ENTRIES if is_adjustable(code)}
    assert all(line.endswith("cố định · fixed") for code, line in sections.items() if code not in raisable)
