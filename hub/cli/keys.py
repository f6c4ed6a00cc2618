"""Key files and where their passwords come from: a file, the environment, or a person at the terminal."""

import sys
from pathlib import Path

import typer
from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from hub.errors import Refused
from hub.signing import Signer, load_pkcs12

__all__ = ["key_password", "load_key"]

_PASSWORD_LENGTH_MAX = 1024


class _KeySettings(BaseSettings):
    """HUB_KEY_PASSWORD; a setting of the person who signs, which no worker knows."""

    model_config = SettingsConfigDict(env_prefix="HUB_", frozen=True, extra="ignore")

    key_password: SecretStr | None = None


def load_key(path: Path, password_file: Path | None) -> Signer:
    """Load a key file. Raises Refused KEY_PASSWORD_MISSING and the codes of `load_pkcs12`."""
    return load_pkcs12(path, key_password(password_file))


def key_password(password_file: Path | None) -> str:
    """Return the password of a key file. Raises Refused KEY_PASSWORD_MISSING."""
    if password_file is not None:
        try:
            with password_file.open(encoding="utf-8") as stream:
                return stream.read(_PASSWORD_LENGTH_MAX).rstrip("\r\n")
        except (OSError, ValueError):
            raise Refused("KEY_PASSWORD_MISSING") from None
    from_environment = _KeySettings().key_password
    if from_environment is not None:
        return from_environment.get_secret_value()
    if not sys.stdin.isatty():
        raise Refused("KEY_PASSWORD_MISSING")
    return str(typer.prompt("Mật khẩu tệp khóa / password of the key file", hide_input=True, err=True))
