"""Statements hold nothing that the database could not keep."""

from typing import Any

import msgspec
import pytest

from hub.domain.statements import Manifest, RoundName, encode, read
from hub.errors import Refused

MANIFEST = Manifest(
    count=2, effective_on="2026-06-21", lock_id="0" * 64, requested_by="1" * 64, root="2" * 64,
    round=RoundName(cohort="completed", number=1), school="01020001", school_year="2025-2026", so="ha-noi",
    type="vn.hocba.manifest/1",
)  # fmt: skip


def test_manifest_reads_back_as_it_was() -> None:
    """The control: a good one passes."""
    assert read(encode(MANIFEST), Manifest) == MANIFEST


@pytest.mark.parametrize("change", [{"count": 0}, {"count": 2**31}, {"count": -1}, {"so": "x"}, {"school": "a\0b"}])
def test_manifest_beyond_its_bounds_is_refused(change: dict[str, Any]) -> None:
    """Whoever signed it: one Sở must not stop Bộ for all others."""
    with pytest.raises(Refused) as refused:
        read(encode(msgspec.structs.replace(MANIFEST, **change)), Manifest)
    assert refused.value.code == "STATEMENT_INVALID"
