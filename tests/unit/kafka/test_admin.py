"""Questions to a broker end in time, whatever the client does with them."""

from concurrent.futures import Future
from typing import Any

import pytest

from hub.errors import Unavailable
from hub.kafka import admin


class Silent:
    """A client whose answers never come, not even as an error."""

    def __init__(self, *_: object, **__: object) -> None:
        self.asked: list[Any] = []

    def list_offsets(self, asked: dict[Any, Any], **_: object) -> dict[Any, "Future[Any]"]:
        return {place: Future() for place in asked}

    def poll(self, _: float) -> int:
        return 0


def test_answer_that_never_comes_is_an_absent_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker waits for it, and does not end as on a fault of ours."""
    monkeypatch.setattr(admin, "AdminClient", Silent)
    with pytest.raises(Unavailable) as late:
        admin.end_offsets("127.0.0.1:1", [("topic", 0)], timeout_s=0.01)
    assert (late.value.code, late.value.facts["reason"]) == ("BROKER_UNREACHABLE", "timeout")
