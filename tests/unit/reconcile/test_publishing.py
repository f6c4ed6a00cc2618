"""What stands in the national stream is compared by root first, then record by record."""

from dataclasses import replace

import pytest

from hub.reconcile.differences import Difference
from hub.reconcile.publishing import Expected, extra_in_stream, stream_differences
from hub.reconcile.rows import NOTHING
from hub.reconcile.stream import Standing
from tests.unit.decision.builders import SCHOOL, sha
from tests.unit.reconcile.builders import NAME, a_row


def expected(n: int, version: int = 1, *, published: bool = True) -> Expected:
    row = a_row(n)
    assert row.record is not None
    row = replace(row, record=row.record._replace(version=version))
    leaf = row.leaf if version == 1 else sha(f"leaf {n} {version}")
    return Expected(NAME, row, leaf, (n, f"key {n}".encode()), sha(f"told {n} {version}"), published)


def standing(item: Expected, offset: int = 0) -> Standing:
    assert item.place is not None
    part, key = item.place
    hashes = (item.leaf, item.row.document_said, item.told)
    return Standing(SCHOOL, key, part, offset, "ha-noi", NAME.lock_id, *hashes, item.row.evidence)


def told(items: list[Expected], stands: list[Standing]) -> list[Difference]:
    left = {(s.part, s.key): s for s in stands}
    return [*stream_differences(items, left), *extra_in_stream(["ha-noi"], left)]


ALL = [expected(n) for n in range(4)]
STANDS = [standing(item) for item in ALL]


def test_stream_that_tells_what_was_locked_has_no_difference() -> None:
    """Every record under its key, and nothing else."""
    assert told(ALL, STANDS) == []
    assert told([], []) == []


@pytest.mark.parametrize("dead", [True, False], ids=["tombstone", "gone"])
def test_record_that_does_not_stand_is_missing(dead: bool) -> None:
    """A tombstone takes a record away as well as its absence does."""
    place = STANDS[1]
    left = [*STANDS[:1], *STANDS[2:]] + ([Standing(SCHOOL, place.key, place.part, 9, dead=True)] if dead else [])
    (found,) = told(ALL, left)
    assert (found.code, found.student_code) == ("RECONCILE_MISSING_IN_STREAM", ALL[1].row.student_code)
    assert found.what == (("tombstone",) if dead else ())


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"told": sha("x")}, ("content",)), ({"leaf": sha("x"), "told": sha("x")}, ("leaf",)),
        ({"lock_id": sha("x"), "document": sha("y"), "told": sha("x")}, ("lock", "document")),
        ({"strange": True, "leaf": NOTHING, "told": NOTHING}, ("message",)), ({"key": b"other"}, ("key",)),
        ({"evidence": "derived", "told": sha("x")}, ("evidence",)),
    ],
)  # fmt: skip
def test_record_that_tells_otherwise_is_changed(change: dict[str, object], what: tuple[str, ...]) -> None:
    """Also where only the key is another one: it is found again by its leaf, and no second difference is told."""
    left = [msg if n != 2 else Standing(*{**fields(msg), **change}.values()) for n, msg in enumerate(STANDS)]  # type: ignore[arg-type]
    (found,) = told(ALL, left)
    assert (found.code, found.what) == ("RECONCILE_CHANGED_IN_STREAM", what)
    assert found.student_code == ALL[2].row.student_code


def fields(item: Standing) -> dict[str, object]:
    return {name: getattr(item, name) for name in Standing.__struct_fields__}


def test_record_of_nobody_is_extra_and_a_tombstone_of_nobody_is_nothing() -> None:
    """Erasure leaves tombstones; a message that nobody locked is not ours."""
    more = Standing(SCHOOL, b"x", 5, 7, "ha-noi", sha("lock"), sha("leaf"), sha("document"), sha("told"))
    (found,) = told(ALL, [*STANDS, more, Standing(SCHOOL, b"y", 6, 8, dead=True)])
    assert (found.code, found.document_sha256) == ("RECONCILE_EXTRA_IN_STREAM", sha("document"))


def test_message_of_another_so_is_not_asked_about() -> None:
    """Whoever reconciles one Sở hears of that one."""
    other = Standing(SCHOOL, b"x", 5, 7, "nghe-an", sha("lock"), sha("leaf"), sha("document"), sha("told"))
    assert told(ALL, [*STANDS, other]) == []


def test_newest_version_must_stand_and_one_on_its_way_may() -> None:
    """Of older versions nothing is asked; a newer one that is not sent yet is no difference in either form."""
    old, new, coming = expected(0), expected(0, 2), expected(0, 3, published=False)
    versions = [old, new, coming]
    assert told(versions, [standing(new)]) == []
    assert told(versions, [standing(coming)]) == []
    (found,) = told(versions, [standing(old)])
    assert found.code == "RECONCILE_CHANGED_IN_STREAM"


def test_record_that_was_not_published_yet_is_not_missing() -> None:
    """What Bộ had not sent when the stream was read is on its way."""
    assert told([replace(item, published=False) for item in ALL], []) == []


def test_record_without_bytes_is_known_by_its_leaf() -> None:
    """Where neither side has the document any more, the stream is not blamed for it."""
    assert told([replace(ALL[0], place=None, told=NOTHING), *ALL[1:]], STANDS) == []
