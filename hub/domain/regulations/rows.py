"""Checks that every list of rows shares: none twice, and the defined order.

They depend on the codes alone, so that callers cache them by the tuple of codes.
"""

from collections.abc import Iterator, Sequence

from hub.domain.findings import Finding, finding

__all__ = ["misordered", "repeated"]


def repeated(codes: Sequence[str], code: str, path: str, name: str) -> Iterator[Finding]:
    """Yield a finding `code` for each row that repeats an earlier one; `name` is the fact that holds it."""
    first: dict[str, int] = {}
    for index, item in enumerate(codes):
        if item in first:
            yield finding(code, f"{path}[{index}].code", item, {name: item, "first": str(first[item] + 1)})
        first.setdefault(item, index)


def misordered(codes: Sequence[str], order: Sequence[str], path: str) -> Iterator[Finding]:
    """Yield one finding when known codes are not in `order`: equal contents must have equal bytes."""
    rank = {item: n for n, item in enumerate(order)}
    ranks = [rank[c] for c in codes if c in rank]
    if ranks != sorted(ranks):
        expected = sorted((c for c in codes if c in rank), key=rank.__getitem__)
        yield finding("ARRAY_ORDER", path, None, {"expected": ", ".join(expected)})
