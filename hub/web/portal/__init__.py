"""Cổng tra cứu: the pages by which families, schools and admission offices read, print, check and share transcripts."""

from hub.web.portal.app import DEVELOPMENT_PATH, portal_app
from hub.web.portal.checking import Checker
from hub.web.portal.portal import Checks, Portal, PortalSettings
from hub.web.portal.serving import Serving, serve_portal
from hub.web.portal.sessions import Sessions
from hub.web.portal.sheets import Sheets
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
    "DEVELOPMENT_PATH", "Agreed", "Checker", "Checks", "Key", "Look", "NewShare", "Opened", "Portal", "PortalSettings",
    "PortalStore", "Reading", "Serving", "Sessions", "ShareKey", "Shared", "Sheets", "Standing", "StoredVersion",
    "portal_app", "serve_portal",
]  # fmt: skip
