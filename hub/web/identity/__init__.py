"""Đăng nhập: who agrees that a record is shared, by OpenID Connect; and a provider for development on this machine."""

from hub.web.identity.client import Identity, IdentityClient, Pending, Relying
from hub.web.identity.development import CLIENT_ID, DevelopmentProvider

__all__ = ["CLIENT_ID", "DevelopmentProvider", "Identity", "IdentityClient", "Pending", "Relying"]
