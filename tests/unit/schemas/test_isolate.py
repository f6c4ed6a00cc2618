"""Decoding in a child: same answers, and a verdict when the child dies."""

import pytest

from hub.errors import Refused, Unavailable
from hub.schemas import decode, decode_in_child
from hub.schemas.examples import stored

RECEIPT = next(example.data for example in stored() if example.schema.name == "Receipt")
READY = "import os, sys; sys.stdin.buffer.read(); os.write(1, b'R'); "


def test_child_answers_as_decode_does():
    """A sound record comes back as the same message; an unsound one is refused with decode's own code."""
    assert decode_in_child(RECEIPT, {"Receipt"}, 5) == decode(RECEIPT, {"Receipt"})
    with pytest.raises(Refused) as refused:
        decode_in_child(RECEIPT + b"\x00", {"Receipt"}, 5)
    assert (refused.value.code, refused.value.facts["count"]) == ("MESSAGE_TRAILING_BYTES", "1")


@pytest.mark.parametrize(
    "program",
    [
        READY + "import signal; os.kill(os.getpid(), signal.SIGSEGV)",
        READY + "raise MemoryError",
        READY + "os.write(1, b'nonsense')",
    ],
)
def test_record_that_kills_its_decoder_is_refused(program):
    """A child that dies or talks nonsense while it decodes condemns the record, and the caller lives on."""
    with pytest.raises(Refused) as refused:
        decode_in_child(RECEIPT, {"Receipt"}, 5, program=program)
    assert refused.value.code == "DECODER_KILLED"


@pytest.mark.parametrize(
    "endless",
    ["while True: pass", "pieces = []\nwhile True: pieces.append(bytes(10_000_000))"],
)
def test_child_is_stopped_at_its_limit_of_time_or_memory(endless):
    """A decoder that never ends, or takes all memory, is stopped by its limits."""
    program = (
        "import json, sys; sys.path[:] = json.loads(sys.argv[1])\n"
        "import hub.schemas.isolate as isolate\n"
        f"def decode(*_, **__):\n    exec({endless!r})\n"
        "isolate.decode = decode\nisolate.run_child()"
    )
    with pytest.raises(Refused) as refused:
        decode_in_child(RECEIPT, {"Receipt"}, 1, program=program)
    assert refused.value.code == "DECODER_KILLED"


def test_child_that_never_began_condemns_no_record():
    """A child that fails before it decodes is the world's fault: try again, quarantine nothing."""
    with pytest.raises(Unavailable) as unavailable:
        decode_in_child(RECEIPT, {"Receipt"}, 5, program="raise SystemExit(1)")
    assert unavailable.value.code == "DECODER_UNAVAILABLE"
