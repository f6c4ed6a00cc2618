"""Cổng tra cứu: the pages by which families, schools and admission offices read, print, check and share transcripts."""

from hub.web.portal.store import (
    Agreed,
    Key,
    Look,
    NewShare,
    Opened,
    PortalStore,
    Reading,
    Shared,
    ShareKey,
    Standing,
    StoredVersion,
)

__all__ = [
    "Agreed", "Key", "Look", "NewShare", "Opened", "PortalStore", "Reading", "ShareKey", "Shared", "Standing",
    "StoredVersion",
]  # fmt: skip
