"""Sealed sheets made in memory, by the keys of the evidence builders and a time-stamp authority on loopback."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from hub.evidence import Bundle, read_file, register_of
from hub.local.timestamp_authority import TimestampAuthority
from hub.local.timestamp_keys import save_timestamp_keys
from hub.print import Issuer
from tests.unit.evidence import builders
from tests.unit.trust import timestamp_world as stamps

SEALED_AT = builders.COSIGNED_AT + timedelta(hours=1)
ADDRESS = "https://hocba.example/kiem-tra"


@contextmanager
def authority(at: datetime = SEALED_AT) -> Iterator[str]:
    """Yield the address of a time-stamp authority whose clock stands at `at`."""
    with tempfile.TemporaryDirectory() as folder:
        keys = Path(folder)
        save_timestamp_keys(stamps.keys(), keys)
        made = TimestampAuthority(keys, keys / "port", clock=lambda: at)
        made.start()
        try:
            yield made.url
        finally:
            made.stop()


def an_issuer(who: str = "so", url: str | None = None) -> Issuer:
    """Return an issuer by one of the builders' keys: "so", "bo", or somebody who may not seal."""
    bundle = read_file(builders.good(), Bundle)
    register = register_of(bundle)
    policy = register.policy(SEALED_AT)
    assert policy is not None
    owner = "bo" if who == "bo" else f"so-{builders.SO}"
    role = "bo_seal" if who == "bo" else "so_seal"
    signer = builders.keys().issued[who].signer
    return Issuer.of(signer, role, owner, ADDRESS, policy, register.crls, url)


@cache
def good_sheet(who: str = "so") -> bytes:
    """Return a sealed, stamped sheet of the good bundle."""
    with authority() as url:
        return an_issuer(who, url).issue(builders.good(), SEALED_AT)


def codes(report: object) -> set[str]:
    """Return the codes that a report on a sheet tells about the sheet itself."""
    return {one.code for one in report.found}  # type: ignore[attr-defined]
