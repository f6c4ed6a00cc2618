"""Two histories of one Sở: refused like anything that cannot stand, and the pair is handed on to be kept."""

from dataclasses import replace

import pytest
from msgspec.structs import replace as with_fields

from hub.decision.forks import Forked, SignedText
from hub.decision.ingest import Chunk, Head, KnownLog, ManifestRow, decide_ingest
from hub.errors import Refused
from tests.unit.decision.builders import sha
from tests.unit.decision.ingest_builders import FIRST, SECOND, SO, a_head, after, head_over, manifest_of


def forked(item: Chunk | ManifestRow | Head, known: KnownLog) -> Forked:
    with pytest.raises(Forked) as caught:
        decide_ingest(item, known)
    return caught.value


def test_other_root_at_a_size_seen_makes_a_pair_of_heads() -> None:
    """What was accepted first, and what was refused for it, with its time."""
    known = after(*FIRST.chunks, FIRST.manifest, head_over(FIRST))
    second = replace(a_head(FIRST.manifest.statement, root=sha("fork")), text=b"other text", at_s=99)
    error = forked(second, known)
    fork = error.fork
    assert (error.code, fork.so, fork.kind, fork.at_s) == ("CHECKPOINT_ROOT_DIFFERS", SO, "checkpoint", 99)
    assert (fork.first, fork.second) == (SignedText(1, b"text", "a..b"), SignedText(1, b"other text", "a..b"))


def test_head_that_is_no_extension_makes_a_pair_with_the_newest() -> None:
    """The log went on otherwise than it was sent."""
    known = after(*FIRST.chunks, FIRST.manifest, head_over(FIRST), *SECOND.chunks, SECOND.manifest)
    second = replace(head_over(FIRST, SECOND), root=sha("fork"), text=b"other text")
    fork = forked(second, known).fork
    assert (fork.first.place, fork.second.place) == (1, 2)


def test_smaller_head_of_a_size_never_signed_makes_a_pair_with_the_newest() -> None:
    """The newest one binds everything below it."""
    known = after(*FIRST.chunks, FIRST.manifest, *SECOND.chunks, SECOND.manifest, head_over(FIRST, SECOND))
    fork = forked(replace(a_head(FIRST.manifest.statement, root=sha("fork")), text=b"x"), known).fork
    assert (fork.first.place, fork.second.place) == (2, 1)


def test_wrong_first_head_is_refused_without_a_pair() -> None:
    """One text alone contradicts nobody."""
    known = after(*FIRST.chunks, FIRST.manifest)
    with pytest.raises(Refused) as caught:
        decide_ingest(a_head(FIRST.manifest.statement, root=sha("fork")), known)
    assert not isinstance(caught.value, Forked)


@pytest.mark.parametrize("index", [0, 1])
def test_two_manifests_of_one_lock_make_a_pair(index: int) -> None:
    """At the same place or another: both are signed, and both cannot be."""
    known = after(*FIRST.chunks, FIRST.manifest)
    other = manifest_of(with_fields(FIRST.manifest.manifest, count=9), index)
    fork = forked(replace(other, at_s=5), known).fork
    assert (fork.kind, fork.first.text, fork.second.text) == ("manifest", FIRST.manifest.statement, other.statement)
    assert (fork.first.place, fork.second.place, fork.at_s) == (0, index, 5)


def test_two_locks_for_one_place_make_a_pair() -> None:
    """Who comes second is refused."""
    known = after(*FIRST.chunks, FIRST.manifest)
    fork = forked(replace(SECOND.manifest, log_index=0), known).fork
    assert {fork.first.text, fork.second.text} == {FIRST.manifest.statement, SECOND.manifest.statement}


def test_same_manifest_at_another_place_is_refused_without_a_pair() -> None:
    """Its text says nothing of the place, so nothing contradicts."""
    known = after(*FIRST.chunks, FIRST.manifest)
    with pytest.raises(Refused) as caught:
        decide_ingest(replace(FIRST.manifest, log_index=1), known)
    assert (caught.value.code, isinstance(caught.value, Forked)) == ("MANIFEST_REPEATED", False)
