"""A server under its guard, shown with a small shell script in a server's place."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hub.errors import Unavailable
from hub.local.guard import BoundedLog
from hub.local.process import Order, Server, end_orphan, is_ours

SLEEP = "exec sleep 300"
STUBBORN = "trap '' TERM; while :; do sleep 0.1; done"


class _Script(Server):
    name = "script"

    def __init__(self, folder: Path, script: str, patience_s: float = 5.0) -> None:
        super().__init__(folder)
        self.script = f"# {folder}\n{script}"
        self.patience_s = patience_s

    def _mark(self) -> str:
        return self.script

    def _prepare(self) -> None:
        pass

    def _order(self) -> Order:
        return Order(["/bin/sh", "-c", self.script], self.folder, signal.SIGTERM, self.patience_s)

    def _answers(self) -> bool:
        return (self.folder / "answer").exists()


def _gone(pid: int) -> bool:
    return not Path(f"/proc/{pid}").exists()


def _within(seconds: float, happens: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    while not happens() and time.monotonic() < deadline:
        time.sleep(0.02)
    return happens()


@pytest.fixture
def script(tmp_path: Path) -> Iterator[_Script]:
    """A server that runs until it is stopped."""
    server = _Script(tmp_path / "server", SLEEP)
    yield server
    server.stop()


def test_server_is_gone_after_stop(script: _Script) -> None:
    """Stop returns when the process has left, and may be repeated."""
    script.start()
    pid = script.pid
    script.stop()
    script.stop()
    assert _gone(pid)
    assert not script.is_running


def test_server_is_killed_when_it_does_not_stop(tmp_path: Path) -> None:
    """A server that ignores its stop signal has its patience and no more."""
    server = _Script(tmp_path, STUBBORN, patience_s=0.3)
    server.start()
    pid = server.pid
    server.stop()
    assert _gone(pid)


def test_server_comes_back_after_a_kill(script: _Script) -> None:
    """After SIGKILL the same object starts it anew."""
    script.start()
    first = script.pid
    script.kill()
    assert _gone(first)
    script.start()
    assert script.pid != first


def test_server_is_unavailable_at_once_when_it_dies_while_starting(tmp_path: Path) -> None:
    """Waiting watches the process, not only its port, and says where the log is."""
    server = _Script(tmp_path, "echo broken; exit 3")
    server.start()
    with pytest.raises(Unavailable) as died:
        server.wait_until_ready(timeout_s=30)
    assert died.value.code == "SERVER_DIED"
    assert died.value.facts["exit"] == "3"
    assert server.log.read_text(encoding="utf-8") == "broken\n"
    server.stop()


def test_server_is_not_ready_while_it_does_not_answer(script: _Script) -> None:
    """A process that runs but never answers has its own code."""
    script.start()
    with pytest.raises(Unavailable) as late:
        script.wait_until_ready(timeout_s=0.1)
    assert late.value.code == "SERVER_NOT_READY"


def test_guard_ends_the_server_when_the_hub_is_killed(tmp_path: Path) -> None:
    """Nothing outlives a hub that died by SIGKILL."""
    order = {
        "command": ["/bin/sleep", "300"], "folder": str(tmp_path), "environment": {}, "stop_signal": 15,
        "patience_s": 2.0, "uid": None, "gid": None, "log": str(tmp_path / "log"), "log_bytes_max": 1000,
    }  # fmt: skip
    hub = (
        "import json, os, subprocess, sys, time\n"
        "order = json.loads(sys.argv[1]) | {'parent': os.getpid()}\n"
        "subprocess.Popen([sys.executable, '-I', '-S', sys.argv[2], json.dumps(order)], start_new_session=True)\n"
        "time.sleep(300)\n"
    )
    guard = str(Path(sys.modules[BoundedLog.__module__].__file__ or ""))
    with subprocess.Popen(
        [sys.executable, "-c", hub, json.dumps(order), guard], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.kill()
    assert _within(5, lambda: _gone(pid))


def test_server_dies_with_its_guard(script: _Script) -> None:
    """Also the guard may be killed: the kernel then ends the server."""
    script.start()
    pid = script.pid
    guard = int(Path(f"/proc/{pid}/stat").read_text(encoding="ascii").split()[3])
    os.kill(guard, signal.SIGKILL)
    assert _within(5, lambda: not is_ours(pid, script.script))


@pytest.fixture
def sleeper() -> Iterator["subprocess.Popen[bytes]"]:
    """Another program, fully started."""
    with subprocess.Popen(["/bin/sleep", "301"]) as process:
        assert _within(5, lambda: is_ours(process.pid, "301"))
        yield process
        process.kill()


def test_orphan_is_ended_only_when_it_is_ours(tmp_path: Path, sleeper: "subprocess.Popen[bytes]") -> None:
    """A pid that now belongs to another program is left alone."""
    pid_file = tmp_path / "server.pid"
    pid_file.write_text(f"{sleeper.pid}\n", encoding="ascii")
    end_orphan(pid_file, "not-an-argument-of-sleep", patience_s=0.1)
    assert sleeper.poll() is None
    assert not pid_file.exists()


def test_orphan_of_ours_is_ended(tmp_path: Path, sleeper: "subprocess.Popen[bytes]") -> None:
    """What an earlier run left behind is gone before the next start."""
    pid_file = tmp_path / "server.pid"
    pid_file.write_text(f"{sleeper.pid}\n", encoding="ascii")
    end_orphan(pid_file, "301", patience_s=5)
    assert sleeper.wait(5) == -signal.SIGTERM


def test_log_keeps_its_bound_whatever_is_written(tmp_path: Path) -> None:
    """A stuck client makes the server write without end; the disk does not fill, and the last line is kept."""
    log = BoundedLog(tmp_path / "log", 1000)
    for number in range(500):
        log.write(f"line {number}\n".encode())
    log.write(b"x" * 5000 + b"last\n")
    kept = [path.stat().st_size for path in tmp_path.iterdir()]
    assert sum(kept) <= 1000
    assert (tmp_path / "log").read_bytes().endswith(b"last\n")
    log.close()
