"""The proxy of the fault tests breaks a connection in the ways that it names, and heals it."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.fault.proxy import Proxy

_PATIENCE_S = 5.0


@pytest.fixture
def echo() -> Iterator[int]:
    """Serve an echo on the loopback and give its port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def answer(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            while data := connection.recv(65_536):
                connection.sendall(data)

    def serve() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=answer, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    yield listener.getsockname()[1]
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


@pytest.fixture
def proxy(echo: int) -> Iterator[Proxy]:
    """Give a proxy in front of the echo."""
    with Proxy(echo) as made:
        yield made


def _connected(proxy: Proxy) -> socket.socket:
    return socket.create_connection(("127.0.0.1", proxy.port), timeout=_PATIENCE_S)


def _said(connection: socket.socket, data: bytes) -> bytes:
    connection.sendall(data)
    heard = b""
    while len(heard) < len(data):
        heard += connection.recv(65_536)
    return heard


def test_proxy_passes_bytes_unchanged_both_ways(proxy: Proxy) -> None:
    """A megabyte comes back as it was sent."""
    data = bytes(range(256)) * 4096
    with _connected(proxy) as connection:
        sender = threading.Thread(target=connection.sendall, args=(data,))
        sender.start()
        heard = b""
        while len(heard) < len(data):
            heard += connection.recv(65_536)
        sender.join()
    assert heard == data


def test_proxy_passes_the_end_on(proxy: Proxy) -> None:
    """Who closes is seen to close, and the connection is forgotten."""
    connection = _connected(proxy)
    assert _said(connection, b"hello") == b"hello"
    connection.shutdown(socket.SHUT_WR)
    assert connection.recv(1) == b""
    connection.close()
    assert proxy.open_count == 0


def test_cut_resets_what_stands_and_lets_new_ones_pass(proxy: Proxy) -> None:
    """The client sees a reset, not an end; the next connection works."""
    with _connected(proxy) as connection:
        assert _said(connection, b"hello") == b"hello"
        proxy.cut()
        with pytest.raises(ConnectionResetError):
            connection.recv(1)
    with _connected(proxy) as connection:
        assert _said(connection, b"again") == b"again"


def test_refuse_refuses_new_ones_and_leaves_the_others(proxy: Proxy) -> None:
    """A connection that stands goes on; a new one is refused until the proxy accepts again, at the same port."""
    with _connected(proxy) as standing:
        assert _said(standing, b"hello") == b"hello"
        proxy.refuse()
        with pytest.raises(ConnectionRefusedError):
            _connected(proxy)
        assert _said(standing, b"still") == b"still"
        proxy.accept()
    with _connected(proxy) as connection:
        assert _said(connection, b"again") == b"again"


def test_delay_and_rate_hold_one_direction_back(proxy: Proxy) -> None:
    """Bytes come no earlier than the delay, and no faster than the rate."""
    with _connected(proxy) as connection:
        proxy.up.delay_s = 0.1
        started = time.monotonic()
        assert _said(connection, b"hello") == b"hello"
        assert time.monotonic() - started >= 0.1
        proxy.up.delay_s, proxy.down.bytes_per_s = 0.0, 100_000.0
        started = time.monotonic()
        assert len(_said(connection, b"x" * 20_000)) == 20_000
        assert time.monotonic() - started >= 0.2


def test_swallow_acknowledges_and_never_answers(proxy: Proxy) -> None:
    """The request is taken, its answer never comes, and TCP itself sees nothing wrong."""
    proxy.down.swallow = True
    with _connected(proxy) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 200)
        connection.sendall(b"hello")
        connection.settimeout(0.6)
        with pytest.raises(TimeoutError) as raised:
            connection.recv(1)
    assert raised.value.errno is None  # the test's own patience, not the kernel's ETIMEDOUT


def test_silence_lets_the_kernel_time_a_connection_out(proxy: Proxy) -> None:
    """Half-open: nothing is acknowledged, so the user time-out of TCP ends the connection, and no reset is seen."""
    with _connected(proxy) as connection:
        assert _said(connection, b"hello") == b"hello"
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 500)
        proxy.silence(also_new=False)
        connection.sendall(b"anyone?")
        with pytest.raises(TimeoutError, match="Connection timed out"):
            connection.recv(1)
    with _connected(proxy) as connection:
        assert _said(connection, b"new ones pass") == b"new ones pass"


def test_silence_of_the_whole_host_ends_with_heal(proxy: Proxy) -> None:
    """New connections are not even refused; after healing they pass, and the silent one was forgotten: a reset."""
    with _connected(proxy) as old:
        assert _said(old, b"hello") == b"hello"
        proxy.silence(also_new=True)
        with pytest.raises(TimeoutError):
            socket.create_connection(("127.0.0.1", proxy.port), timeout=0.3)
        proxy.heal()
        with pytest.raises(ConnectionResetError):
            old.recv(1)
    with _connected(proxy) as connection:
        assert _said(connection, b"again") == b"again"


def test_proxy_resets_a_client_whose_server_is_gone(echo: int) -> None:
    """Nobody listens behind the proxy: the client is told so at once, be it while it still connects."""
    with socket.create_server(("127.0.0.1", 0)) as unused:
        gone = unused.getsockname()[1]
    with Proxy(gone) as proxy, pytest.raises(ConnectionResetError), _connected(proxy) as connection:
        connection.recv(1)
