"""The command `hub`: one module for each group of commands; they parse and print, and decide nothing."""

from hub.cli.main import app, main

__all__ = ["app", "main"]
