"""Names of batches: they follow from what is in them, so that the same documents are the same batch."""

import re
from collections.abc import Iterable

from hub.connect.codec import sha256_of

__all__ = ["OVERTAKEN", "batch_id_of", "folder_name", "slug_of"]

OVERTAKEN = ".overtaken"
_ID_LENGTH = 16
_SLUG_LENGTH_MAX = 20
_NOT_PLAIN = re.compile(r"[^0-9A-Za-zĐ]+")


def batch_id_of(so: str, school: str, school_year: str, class_: str, holds: Iterable[str]) -> str:
    """Return the id of a batch of one class by what it holds: document hashes (hex), of a signed one more than that."""
    return sha256_of(so, school, school_year, class_, *sorted(holds))[:_ID_LENGTH]


def folder_name(school: str, school_year: str, class_: str, batch_id: str) -> str:
    """Return the name of its folder, in which people find school, year and class."""
    return f"{school}-{school_year}-{slug_of(class_)}-{batch_id}"


def slug_of(class_: str) -> str:
    """Return a class as part of a file name."""
    return _NOT_PLAIN.sub("-", class_).strip("-")[:_SLUG_LENGTH_MAX] or "lop"
