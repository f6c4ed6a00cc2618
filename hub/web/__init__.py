"""What the hub serves over HTTP."""

from hub.web.registry import registry_app

__all__ = ["registry_app"]
