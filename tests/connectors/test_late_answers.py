"""Answers that had to wait: behind a login that fails, behind corrections of a time when nothing ran."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from hub.connect.check.late_answers import check_late_answers
from hub.connectors.sdk import Answer, Connector, Opened, Sink, Source
from hub.errors import Refused
from tests.connectors.checking import a_subject


class _Blaming:
    """A connector that calls a login that failed a refusal of the answer."""

    def __init__(self, of: Connector) -> None:
        self.manifest, self.mapper, self._of = of.manifest, of.mapper, of

    def source(self, opened: Opened) -> Source:
        """Return the good one's."""
        return self._of.source(opened)

    def sink(self, opened: Opened) -> Sink | None:
        """Return the good one's, behind this one."""
        sink = self._of.sink(opened)
        return None if sink is None else _BlamingSink(sink)


class _BlamingSink:
    def __init__(self, of: Sink) -> None:
        self._of = of

    async def write(self, answers: Sequence[Answer]) -> None:
        try:
            await self._of.write(answers)
        except Refused:
            raise Refused("SYSTEM_REFUSES", {"status": "409"}) from None

    async def close(self) -> None:
        await self._of.close()


def test_late_answers_all_arrive(tmp_path: Path) -> None:
    """Two corrections in a row, and what waited while the secret was wrong."""
    assert asyncio.run(check_late_answers(a_subject("hai-phong", tmp_path))) == []


def test_late_answers_are_lost_when_a_failed_login_is_called_a_refusal(tmp_path: Path) -> None:
    """It is found."""
    subject = a_subject("hai-phong", tmp_path)
    found = asyncio.run(check_late_answers(replace(subject, connector=_Blaming(subject.connector))))
    assert [one.code for one in found] == ["CONFORMANCE_ANSWER_LOST"]
