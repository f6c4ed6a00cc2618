"""From settings to the addresses of servers of one's own."""

from pydantic import SecretStr

from hub.config import Settings
from hub.local.servers import Addresses

__all__ = ["addresses_of"]


def addresses_of(settings: Settings) -> Addresses:
    """Return what the environment names; what it does not name is embedded."""
    return Addresses(
        settings.kafka_bootstrap,
        _open(settings.so_database_url),
        _open(settings.bo_database_url),
        _open(settings.so_owner_url),
        _open(settings.bo_owner_url),
        _open(settings.bo_portal_database_url),
    )


def _open(secret: SecretStr | None) -> str | None:
    return None if secret is None else secret.get_secret_value()
