"""Đăng nhập: who agrees that a record is shared, by OpenID Connect; and a provider for development on this machine."""

from hub.web.identity.client import Identity, IdentityClient, Pending, Relying
from hub.web.identity.development import DevelopmentProvider

__all__ = ["DevelopmentProvider", "Identity", "IdentityClient", "Pending", "Relying"]
