"""The school's receiving key in a file: private, encrypted, never overwritten."""

from pathlib import Path

import pytest

from hub.errors import Refused
from hub.signing import load_receiving_key, write_receiving_key


def test_receiving_key_is_read_back_with_its_password_alone(tmp_path: Path) -> None:
    """From a file that only its owner reads."""
    path = tmp_path / "key.pem"
    key = write_receiving_key(path, "mật khẩu")
    assert load_receiving_key(path, "mật khẩu").private_bytes_raw() == key.private_bytes_raw()
    assert (path.stat().st_mode & 0o777, key.private_bytes_raw() in path.read_bytes()) == (0o600, False)
    for file, password in ((path, "khác"), (path, ""), (tmp_path / "none", "mật khẩu"), (Path(__file__), "x")):
        with pytest.raises(Refused, match="TRANSFER_NO_RECEIVING_KEY"):
            load_receiving_key(file, password)


def test_receiving_key_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    """It may be the only one that opens a delivery."""
    path = tmp_path / "key.pem"
    write_receiving_key(path, "mật khẩu")
    before = path.read_bytes()
    with pytest.raises(Refused, match="PATH_NOT_USABLE"):
        write_receiving_key(path, "mật khẩu")
    assert path.read_bytes() == before
