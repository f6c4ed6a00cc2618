"""`hub portal`: serve the pages for families, schools and admission offices, until stopped."""

import secrets
import time
from datetime import UTC, datetime

from hub.config import Settings
from hub.errors import Unavailable
from hub.logs import set_up_logs
from hub.signing import COSIGNER, load_keyring
from hub.web.portal import Serving, serve_portal
from hub.web.portal.bo import BoPortalStore

__all__ = ["portal"]

_MS = 1000


def portal() -> None:
    """Serve the portal on HUB_PORTAL_HOST:HUB_PORTAL_PORT for readers who come by HUB_PORTAL_URL.

    It needs Bộ's keys and HUB_BO_PORTAL_DATABASE_URL, the address of Bộ's database for the portal's role.
    """
    set_up_logs()
    settings = Settings()
    if settings.bo_portal_database_url is None:
        raise Unavailable("DATABASE_URL_MISSING", {"setting": "HUB_BO_PORTAL_DATABASE_URL"})
    secret = settings.identity_client_secret
    serving = Serving(
        address=settings.portal_url, host=settings.portal_host, port=settings.portal_port,
        keyring=load_keyring(settings.secrets / "bo", COSIGNER), timestamp_url=settings.timestamp_url,
        clock=lambda: datetime.now(UTC), monotonic=time.monotonic, chance=secrets.token_bytes,
        answer_s=settings.portal_answer_ms / _MS, trusts_proxy=settings.portal_trusts_proxy,
        development=settings.identity_development, issuer=settings.identity_issuer,
        client_id=settings.identity_client_id, client_secret="" if secret is None else secret.get_secret_value(),
    )  # fmt: skip
    url = settings.bo_portal_database_url.get_secret_value()
    serve_portal(serving, BoPortalStore(url, serving.keyring.slip_key, secrets.token_bytes))
