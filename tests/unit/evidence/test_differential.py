"""Two verifiers in two languages about files that were changed by chance: one verdict, and each part ends alike.

`HUB_FUZZ_FILES` and `HUB_FUZZ_SEED` ask for more files and for others.
"""

import base64
import os
from collections import Counter
from random import Random

from hub.evidence import Report, Roots, verify_bundle
from tests.unit.evidence.builders import keys
from tests.unit.evidence.mutations import mutated
from tests.unit.evidence.node import ask

_COUNT = int(os.environ.get("HUB_FUZZ_FILES", "40"))
_SEED = int(os.environ.get("HUB_FUZZ_SEED", "1"))
_AT_ONCE = 50
_OF_THE_FORM = frozenset({"document", "signatures", "leaf", "manifest", "source"})
"""Parts that a transcript of another form keeps from being looked at; the second verifier does not judge its form."""


def test_both_say_the_same_of_files_that_were_changed_by_chance() -> None:
    """Most end invalid, some change nothing that counts; neither verifier ever ends without an answer."""
    anchor = ("anchor-ha-noi.der", keys().issued["registrar"].der)
    trusted, shown = Roots.of([anchor]), [(anchor[0], base64.b64encode(anchor[1]).decode())]
    seeds, verdicts = range(_SEED, _SEED + _COUNT), Counter[str]()
    for start in range(0, _COUNT, _AT_ONCE):
        files = [(seed, mutated(Random(seed))) for seed in seeds[start : start + _AT_ONCE]]
        asked = [{"ask": "bundle", "file": base64.b64encode(data).decode(), "roots": shown} for _, data in files]
        for (seed, data), second in zip(files, ask(asked), strict=True):
            first = verify_bundle(data, trusted)
            verdicts[first.verdict.value] += 1
            compared = set(first.parts) - (_OF_THE_FORM if first.parts["document"] == "invalid" else set())
            assert _of(seed, first.shown(), compared) == _of(seed, second, compared), _said(first)
    assert set(verdicts) >= {"invalid", "valid", "unknown"}


def _of(seed: int, answer: dict[str, object], compared: set[str]) -> dict[str, object]:
    parts, as_of = answer["parts"], str(answer["as_of"] or "")[:19]
    assert isinstance(parts, dict)
    return {"seed": seed, "verdict": answer["verdict"], "as_of": as_of} | {name: parts[name] for name in compared}


def _said(report: Report) -> str:
    return str([(one.code, one.path) for one in report.findings])
