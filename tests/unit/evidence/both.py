"""Asks both verifiers about the same files: they must say the same of every part of every proof."""

import base64
from collections.abc import Sequence
from typing import NamedTuple

from hub.evidence import Roots, verify_bundle
from tests.unit.evidence.builders import keys
from tests.unit.evidence.node import ask

_SAME_FACTS = (
    "document_sha256", "leaf_sha256", "superseded_by", "closed", "successor",
    "evidence", "system", "mapping", "mapping_sha256", "source_sha256",
)  # fmt: skip


class Case(NamedTuple):
    """One file to ask both about."""

    file: bytes
    status: bytes | None = None
    trusts: bool = True


def agreed(cases: Sequence[Case]) -> list[str]:
    """Ask both; verdict, time and every part of the proof must be the same. Return the verdicts."""
    files = [("anchor-ha-noi.der", keys().issued["registrar"].der)]
    questions = []
    for case in cases:
        question = {"ask": "bundle", "file": text(case.file), "roots": []}
        question["roots"] = [(name, text(der)) for name, der in files] if case.trusts else []
        questions.append(question if case.status is None else question | {"status": text(case.status)})
    verdicts = []
    for n, (case, second) in enumerate(zip(cases, ask(questions), strict=True)):
        first = verify_bundle(case.file, Roots.of(files if case.trusts else ()), case.status).shown()
        assert (n, second["verdict"], second["parts"]) == (n, first["verdict"], first["parts"])
        assert (first["as_of"] or "")[:19] == (second["as_of"] or "")[:19]
        for name in _SAME_FACTS:
            assert first["facts"].get(name) == second["facts"].get(name)
        verdicts.append(first["verdict"])
    return verdicts


def text(data: bytes) -> str:
    return base64.b64encode(data).decode()
