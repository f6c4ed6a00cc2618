"""The file of pupils whom a lock request leaves out."""

from pathlib import Path

import pytest

from hub.client import read_unreported
from hub.domain.statements import Unreported
from hub.errors import Refused

SCHOOL, NUMBER = "010101", "001217000123"
EXPECTED = (
    Unreported(pupil=f"id:{NUMBER}", reason="moved"),
    Unreported(pupil="passport:FR:12AB", reason="left"),
    Unreported(pupil=f"school:{SCHOOL}:HS01", reason="supplementary"),
)


def read(tmp_path: Path, text: str | bytes) -> tuple[Unreported, ...]:
    path = tmp_path / "unreported"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_unreported(path, SCHOOL)


@pytest.mark.parametrize(
    "text",
    [
        f'[{{"pupil":"HS01","reason":"supplementary"}},{{"reason":"moved","pupil":"{NUMBER}"}},'
        '{"pupil":"passport:FR:12AB","reason":"left"}]',
        f"\ufeffpupil,reason\r\nHS01,supplementary\r\nid:{NUMBER}, moved\r\npassport:FR:12AB,left\r\n",
        f"reason,pupil\nleft,passport:FR:12AB\nmoved,{NUMBER}\nsupplementary,school:{SCHOOL}:HS01\n",
    ],
)
def test_list_reads_alike_from_json_and_csv(tmp_path: Path, text: str) -> None:
    """By identifier, personal number or the school's own code, in any order; a byte order mark is no fault."""
    assert read(tmp_path, text) == EXPECTED


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "columns: pupil,reason"),
        ("pupil,reason\n", "0 pupils"),
        ("[]", "0 pupils"),
        ("pupil,why\nHS01,moved\n", "columns: pupil,reason"),
        ("pupil,reason\nHS01,moved\nHS01,left\n", "2: pupil twice"),
        (f"pupil,reason\n{NUMBER},moved\nid:{NUMBER},left\n", "2: pupil twice"),
        ("pupil,reason\nHS01,tired\n", "1: moved | left | supplementary"),
        ("pupil,reason\nHS01\n", "1: pupil, reason"),
        ("pupil,reason\nHS01,moved,more\n", "1: pupil, reason"),
        ("pupil,reason\n,moved\n", "1: moved | left | supplementary"),
        ('[{"pupil":"HS01"}]', "1: pupil, reason"),
        ("[1]", "JSON | CSV, UTF-8"),
        (b"\xff\xfe", "JSON | CSV, UTF-8"),
    ],
)
def test_file_that_lists_nobody_clearly_is_refused_with_its_row(tmp_path: Path, text: str | bytes, reason: str) -> None:
    """Before anything is signed."""
    with pytest.raises(Refused) as refused:
        read(tmp_path, text)
    assert (refused.value.code, refused.value.facts) == ("OPTION_WRONG", {"option": "--unreported", "reason": reason})
