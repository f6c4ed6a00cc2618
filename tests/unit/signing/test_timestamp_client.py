"""Asking a time-stamp authority: a good answer is a token, and whatever else happens ends in time as an outage."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from asn1crypto import tsp

from hub.errors import Refused, Unavailable
from hub.local.timestamp_authority import DEVELOPMENT_POLICY, TimestampAuthority, answer
from hub.local.timestamp_keys import TimestampKeys, make_timestamp_keys, save_timestamp_keys
from hub.signing import TimestampClient
from hub.signing.timestamp import RESPONSE_BYTE_COUNT_MAX, nonce_of
from hub.trust import verify_timestamp
from tests.unit.trust.timestamp_world import AT, DATA, a_query, keys, root_of, stranger

SECRET = bytes(range(32))
NONCE = nonce_of(SECRET, DATA)


def http(status: str, body: bytes, kind: str = "application/timestamp-reply", more: str = "") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{more}\r\n"
    return head.encode() + body


@contextmanager
def serving(reply: Callable[[socket.socket], None]) -> Iterator[str]:
    """Serve connections one after another in whatever way `reply` knows; yield the address."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(5)

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    with connection, suppress(OSError):
                        reply(connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/tsa?for=test"
        server.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def request_of(connection: socket.socket) -> tuple[bytes, bytes]:
    """Read a whole request: head and body."""
    with connection.makefile("rb") as stream:
        head = b"".join(iter(stream.readline, b"\r\n"))
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        return head, stream.read(length)


def after_request(data: bytes) -> Callable[[socket.socket], None]:
    """Read the request, then say `data`."""

    def reply(connection: socket.socket) -> None:
        request_of(connection)
        connection.sendall(data)

    return reply


def reason(url: str, made: TimestampKeys | None = None, timeout_s: float = 3.0, **asked: str) -> str:
    """Return why no token was to be had."""
    with pytest.raises(Unavailable) as outage:
        TimestampClient(url, SECRET, timeout_s).ask(DATA, roots=[root_of(made or keys())], **asked)
    assert outage.value.code == "TIMESTAMP_UNAVAILABLE"
    return outage.value.facts["reason"]


def stamped(made: TimestampKeys | None = None, data: bytes = DATA, nonce: int | None = NONCE, at=AT) -> bytes:  # type: ignore[no-untyped-def]
    return http("200 OK", answer(a_query(data, nonce), made or keys(), at, 1))


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TimestampAuthority]:
    folder = tmp_path_factory.mktemp("authority")
    save_timestamp_keys(keys(), folder)
    running = TimestampAuthority(folder, folder / "port", clock=lambda: AT)
    running.start()
    yield running
    running.stop()


def test_development_authority_answers_with_a_good_token(authority: TimestampAuthority) -> None:
    """Asked over HTTP, verified at once, and verifiable again by anybody."""
    token = TimestampClient(authority.url, SECRET).ask(DATA, roots=[root_of(keys())], policy=DEVELOPMENT_POLICY)
    assert verify_timestamp(token, DATA, roots=[root_of(keys())], nonce=NONCE).at == AT


def test_question_names_hash_nonce_and_certificate() -> None:
    """SHA-256 of the data, the derived nonce, and the wish for the certificate; nothing of the data itself."""
    heard: list[tuple[bytes, bytes]] = []

    def reply(connection: socket.socket) -> None:
        heard.append(request_of(connection))
        connection.sendall(stamped())

    with serving(reply) as url:
        TimestampClient(url, SECRET).ask(DATA, roots=[root_of(keys())])
    head, body = heard[0]
    asked = tsp.TimeStampReq.load(body, strict=True)
    assert head.startswith(b"POST /tsa?for=test HTTP/1.1")
    assert (asked["nonce"].native, asked["cert_req"].native) == (NONCE, True)
    assert DATA not in body


def test_nonce_is_derived() -> None:
    """The same question has the same nonce; another secret or other data have another."""
    assert nonce_of(SECRET, DATA) == NONCE
    assert len({NONCE, nonce_of(SECRET, b"x"), nonce_of(b"k", DATA)}) == 3


@pytest.mark.parametrize(
    ("said", "why"),
    [
        pytest.param(lambda: stamped(stranger()), "TIMESTAMP_SIGNATURE_WRONG", id="wrong key"),
        pytest.param(lambda: stamped(data=b"other"), "TIMESTAMP_IMPRINT_DIFFERS", id="wrong imprint"),
        pytest.param(lambda: stamped(nonce=7), "TIMESTAMP_NONCE_DIFFERS", id="wrong nonce"),
        pytest.param(lambda: stamped(nonce=None), "TIMESTAMP_NONCE_DIFFERS", id="no nonce"),
        pytest.param(lambda: stamped(at=AT.replace(year=2060)), "TIMESTAMP_CERTIFICATE_EXPIRED", id="expired"),
        pytest.param(
            lambda: http("200 OK", answer(a_query(req_policy="1.2.3"), keys(), AT, 1)),
            "TIMESTAMP_REFUSED",
            id="refusal",
        ),
        pytest.param(lambda: http("200 OK", b"<html>"), "TIMESTAMP_UNREADABLE", id="no response"),
        pytest.param(lambda: http("200 OK", b"<html>", "text/html"), "content type", id="a page"),
        pytest.param(lambda: http("503 Busy", b""), "HTTP 503", id="busy"),
        pytest.param(
            lambda: http("302 Found", b"", more="Location: http://127.0.0.1:1/\r\n"), "HTTP 302", id="redirection"
        ),
        pytest.param(lambda: http("200 OK", bytes(RESPONSE_BYTE_COUNT_MAX + 1)), "too large", id="oversized"),
        pytest.param(lambda: stamped()[:-10], "TIMESTAMP_UNREADABLE", id="cut short"),
        pytest.param(lambda: b"", "RemoteDisconnected", id="nothing"),
        pytest.param(lambda: b"HELLO\r\n\r\n", "BadStatusLine", id="no HTTP"),
    ],
)
def test_any_other_answer_is_an_outage(said: Callable[[], bytes], why: str) -> None:
    """Nothing but a token that verifies comes back; the reason is told."""
    with serving(after_request(said())) as url:
        assert reason(url) == why


def test_certificate_without_the_usage_is_an_outage() -> None:
    """A web server's certificate cannot stamp."""
    made = make_timestamp_keys(AT, usages=())
    with serving(after_request(stamped(made))) as url:
        assert reason(url, made) == "TIMESTAMP_CERTIFICATE_UNFIT"


def test_other_policy_than_asked_for_is_an_outage() -> None:
    """The authority stamps under a policy of its own choice."""
    with serving(after_request(stamped())) as url:
        assert reason(url, policy="1.2.3") == "TIMESTAMP_POLICY_DIFFERS"


def test_authority_that_is_away_is_an_outage() -> None:
    """Nobody listens there."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        assert reason(f"http://127.0.0.1:{taken.getsockname()[1]}/") == "ConnectionRefusedError"


def drip(connection: socket.socket) -> None:
    request_of(connection)
    for byte in b"HTTP/1.1 200 OK\r\n" + b"X-Slow: yes\r\n" * 20:
        connection.sendall(bytes((byte,)))
        time.sleep(0.05)


def hang(connection: socket.socket) -> None:
    request_of(connection)
    connection.settimeout(4)
    connection.recv(1)


@pytest.mark.parametrize("slowly", [hang, drip], ids=["silent", "a byte at a time"])
def test_authority_that_keeps_us_waiting_is_left_in_time(slowly: Callable[[socket.socket], None]) -> None:
    """The limit is for the whole question, however its answer trickles."""
    with serving(slowly) as url:
        began = time.monotonic()
        assert reason(url, timeout_s=0.3) == "timeout"
    assert time.monotonic() - began < 4


@pytest.mark.parametrize(
    "url",
    ["", "tsa.example", "ftp://tsa.example/", "http:///x", "http://u:p@tsa.example/", "http://h:port/", "http://h/#x"],
)
def test_address_of_another_form_is_refused(url: str) -> None:
    """A setting is a setting; whose, the refusal tells."""
    with pytest.raises(Refused) as refused:
        TimestampClient(url, SECRET)
    assert (refused.value.code, refused.value.facts) == ("SETTING_WRONG", {"setting": "HUB_TIMESTAMP_URL"})


def test_secret_of_the_nonces_is_never_shown() -> None:
    """Clients are logged and shown in tracebacks."""
    shown = repr(TimestampClient("http://h/", SECRET))
    assert [text for text in (SECRET.hex(), repr(SECRET), repr(SECRET)[2:-1]) if text in shown] == []


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "localhost", "example.org", ""])
def test_development_authority_serves_no_other_machine(tmp_path: Path, host: str) -> None:
    """Its tokens prove nothing; a name may lead anywhere, so even localhost is refused."""
    save_timestamp_keys(keys(), tmp_path)
    with pytest.raises(Refused) as refused:
        TimestampAuthority(tmp_path, tmp_path / "port", host)
    assert refused.value.code == "TIMESTAMP_AUTHORITY_EXPOSED"


def test_development_authority_says_what_it_is(authority: TimestampAuthority) -> None:
    """Its certificate and its server name carry the word."""
    assert "development" in root_of(keys()).subject.rfc4514_string().lower()
    with socket.create_connection(("127.0.0.1", int(authority.url.split(":")[2].strip("/")))) as connection:
        connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
        head = connection.makefile("rb").read()
    assert b"501" in head.splitlines()[0]
    assert b"development-time-stamp-authority" in head


def test_development_authority_comes_back_at_the_same_address(tmp_path: Path) -> None:
    """Workers keep their setting while it is away."""
    save_timestamp_keys(keys(), tmp_path)
    authority, roots = TimestampAuthority(tmp_path, tmp_path / "port", clock=lambda: AT), [root_of(keys())]
    client, url = TimestampClient(authority.url, SECRET, 2.0), authority.url
    for _ in range(2):
        assert not authority.is_running
        assert reason(url) == "ConnectionRefusedError"
        authority.start()
        assert client.ask(DATA, roots=roots)
        authority.stop()
    assert TimestampAuthority(tmp_path, tmp_path / "port").url == url


def test_key_folder_that_was_tampered_with_is_unreadable(tmp_path: Path) -> None:
    """Missing or damaged keys are told as such."""
    with pytest.raises(Refused) as missing:
        TimestampAuthority(tmp_path, tmp_path / "port")
    save_timestamp_keys(keys(), tmp_path)
    (tmp_path / "authority.p12").write_bytes(b"damaged")
    with pytest.raises(Refused) as damaged:
        TimestampAuthority(tmp_path, tmp_path / "port")
    assert {missing.value.code, damaged.value.code} == {"KEY_FILE_UNREADABLE"}
    assert (tmp_path / "authority.p12").stat().st_mode & 0o077 == 0
