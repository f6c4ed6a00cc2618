"""Nhật ký đã đóng, tại Bộ: a final head ends a log where Bộ has it; what goes beyond it afterwards is never taken.

A final head and a larger head of one log contradict each other, whatever their roots: both stay as a pair.
"""

from hub.decision.forks import Fork, Forked, SignedText
from hub.decision.ingest_known import Closing, Head, KnownLog, NewClosing, Staged
from hub.errors import Refused

__all__ = ["decide_end", "refuse_growth", "refuse_larger_head"]


def decide_end(item: Head, known: KnownLog) -> Staged | NewClosing:
    """Decide a final head; `known` is brought up to date. The one that stands again is a repetition.

    Raises Refused CLOSING_NOT_COVERING while Bộ has less or waits for more than it covers, Forked LOG_CLOSED_GROWN
    with the pair when another final head, or a larger head, came before.
    """
    assert item.successor is not None
    closing = known.closing
    if closing is not None:
        if (closing.size, closing.root, closing.successor) == (item.size, item.root, item.successor):
            return Staged()
        raise _grown(item, known, closing.signed)
    if item.size < known.frontier.size:
        raise _grown(item, known, known.heads[known.frontier.size])
    beyond = max(known.manifests, default=-1) + 1
    if item.size > known.frontier.size or beyond > item.size:
        facts = {"tree_size": str(item.size), "known": str(max(beyond, known.frontier.size))}
        raise Refused("CLOSING_NOT_COVERING", facts)
    if item.unstamped is not None:
        raise item.unstamped
    known.closing = Closing(item.size, item.root, item.successor, SignedText(item.size, item.text, item.signature))
    return NewClosing(item)


def refuse_larger_head(item: Head, known: KnownLog) -> None:
    """Refuse an ordinary head beyond the final one. Raises Forked LOG_CLOSED_GROWN with the pair."""
    if known.closing is not None and item.size > known.closing.size:
        raise _grown(item, known, known.closing.signed)


def refuse_growth(known: KnownLog) -> None:
    """Refuse a chunk or manifest that the closed log does not have. Raises Refused LOG_CLOSED_GROWN."""
    if known.closing is not None:
        raise Refused("LOG_CLOSED_GROWN", _facts(known.so, known.closing.size, known.closing.successor))


def _grown(item: Head, known: KnownLog, first: SignedText) -> Forked:
    closing = known.closing
    size, successor = (item.size, item.successor) if closing is None else (closing.size, closing.successor)
    second = SignedText(item.size, item.text, item.signature)
    fork = Fork(known.so, "checkpoint", "LOG_CLOSED_GROWN", first, second, item.at_s)
    return Forked(fork, _facts(known.so, size, successor or ""))


def _facts(so: str, size: int, successor: str) -> dict[str, str]:
    return {"so": so, "tree_size": str(size), "successor": successor}
