"""The second verifier says what it checks to whoever hands it something else."""

import subprocess
from pathlib import Path

from tests.unit.evidence.node import VERIFIER, node


def test_second_verifier_says_of_a_pdf_what_to_do(tmp_path: Path) -> None:
    """A sheet is no evidence file; "not JSON" would leave its reader alone."""
    sheet = tmp_path / "sheet.pdf"
    sheet.write_bytes(b"%PDF-1.7\n")
    done = subprocess.run([node(), VERIFIER, sheet], capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert all(words in done.stderr for words in ("evidence files (JSON)", "hub verify", "bang-chung.json"))
