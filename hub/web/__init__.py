"""What the hub serves over HTTP."""

from hub.web.registry import registry_app, serve_registry

__all__ = ["registry_app", "serve_registry"]
