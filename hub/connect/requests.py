"""Requests of a system to unlock (yêu cầu mở khóa) are answered by what is known here, each once by its number.

What is locked in the hub is changed by a correction alone, which a principal asks for: the answer names that way. For
what is not locked nothing stands in the way: the changed record comes as a new version of itself.
"""

from collections.abc import Iterable

from hub.connect.answering import add_answers, rendered
from hub.connect.codec import sha256_of
from hub.connect.run import Run
from hub.connectors.sdk import Answer, UnlockRequest
from hub.domain import finding, render

__all__ = ["answer_requests"]


def answer_requests(run: Run, requests: Iterable[UnlockRequest]) -> None:
    """Answer each request that has no answer yet; inside a transaction."""
    add_answers(run, [_answer(run, request) for request in requests])


def _answer(run: Run, request: UnlockRequest) -> Answer:
    current = run.store.first("current_version", key=request.record_key)
    is_locked = current is not None and current["state"] == "locked"
    code = "CONNECTOR_UNLOCK_BY_CORRECTION" if is_locked else "CONNECTOR_UNLOCK_NOT_NEEDED"
    answer_id = sha256_of("unlock", run.instance.name, request.number)
    return Answer(
        answer_id=answer_id, kind="receipt", group=f"unlock/{answer_id}", school=_said(current, "school"),
        school_year=_said(current, "school_year"), at=run.at(), outcome="locked" if is_locked else "accepted",
        record_key=request.record_key, place=request.place, findings=rendered([render(finding(code, request.place))]),
        request=request.number,
    )  # fmt: skip


def _said(row: object, name: str) -> str:
    return "" if row is None else str(row[name] or "")  # type: ignore[index]
