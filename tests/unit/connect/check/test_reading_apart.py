"""Memory of the reader of hostile input: its own is judged."""

import subprocess
import sys

_PARENT_BYTES = 400 * 2**20
_CHILD = "from hub.connect.check.reading_apart import peak_bytes; print(peak_bytes())"
_PARENT = f"""
import subprocess, sys
held = b"\\1" * {_PARENT_BYTES}
sys.stdout.write(subprocess.run([sys.executable, "-c", {_CHILD!r}], capture_output=True, text=True).stdout)
"""


def test_memory_of_a_reader_is_its_own_when_its_starter_holds_much():
    """A check that runs late in a long process found every connector guilty of that process's memory."""
    shown = subprocess.run([sys.executable, "-c", _PARENT], capture_output=True, text=True, timeout=60, check=True)
    assert 10 * 2**20 < int(shown.stdout) < _PARENT_BYTES
