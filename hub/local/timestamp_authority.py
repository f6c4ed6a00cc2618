"""The development time-stamp authority: answers RFC 3161 queries over HTTP, on this machine alone. Never trusted.

Its clock is this machine's and its key lies in the data folder, so its tokens prove nothing to anybody. A real system
names a real authority in HUB_TIMESTAMP_URL and its root in the trust policy.
"""

import hashlib
import ipaddress
import secrets
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from asn1crypto import algos, cms, core, tsp, x509

from hub.errors import Refused, Unavailable
from hub.local.ports import port_of
from hub.local.timestamp_keys import TimestampKeys, load_timestamp_keys
from hub.trust import ECDSA_SHA256, TimestampResponse

__all__ = ["DEVELOPMENT_POLICY", "TimestampAuthority", "answer"]

DEVELOPMENT_POLICY = "2.25.244117106839176291427336508011285012337"
"""OID of the policy "no promise at all", under the arc for UUIDs (ITU-T X.667)."""
_QUERY_BYTES_MAX = 4_096
_SERIAL_BITS = 63
_READ_TIMEOUT_S = 10.0
_DIGEST = algos.DigestAlgorithm({"algorithm": "sha256"})
_WRONG = (ValueError, TypeError, KeyError, AttributeError)


def answer(query: bytes, keys: TimestampKeys, at: datetime, serial: int) -> bytes:
    """Return the response (DER) to a query: a token for `at` (aware), or a rejection for what is no query of ours."""
    try:
        asked = tsp.TimeStampReq.load(query, strict=True)
        imprint = asked["message_imprint"]
        if imprint["hash_algorithm"]["algorithm"].native != "sha256" or len(imprint["hashed_message"].native) != 32:
            return _rejection("bad_alg")
        if asked["req_policy"].native not in (None, DEVELOPMENT_POLICY):
            return _rejection("unaccepted_policy")
        said = tsp.TSTInfo(
            {
                "version": "v1", "policy": DEVELOPMENT_POLICY, "message_imprint": imprint, "serial_number": serial,
                "gen_time": at.astimezone(UTC).replace(microsecond=0),
            }
        )  # fmt: skip
        if asked["nonce"].native is not None:
            said["nonce"] = asked["nonce"]
        return _granted(said, keys, with_certificate=bool(asked["cert_req"].native))
    except _WRONG:
        return _rejection("bad_data_format")


def _rejection(failure: str) -> bytes:
    status = {"status": "rejection", "fail_info": {failure}}
    return bytes(TimestampResponse({"status": status}).dump())


def _granted(said: Any, keys: TimestampKeys, *, with_certificate: bool) -> bytes:
    certificate = x509.Certificate.load(keys.certificate)
    name = {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
    attributes = _attributes(said, keys.certificate)
    signer = cms.SignerInfo(
        {
            "version": "v1",
            "sid": {"issuer_and_serial_number": name},
            "digest_algorithm": _DIGEST,
            "signed_attrs": attributes,
            "signature_algorithm": {"algorithm": "sha256_ecdsa"},
            "signature": keys.key.sign(attributes.dump(), ECDSA_SHA256),
        }
    )  # fmt: skip
    signed = {
        "version": "v3",
        "digest_algorithms": [_DIGEST],
        "encap_content_info": {"content_type": "tst_info", "content": core.ParsableOctetString(said.dump())},
        "signer_infos": [signer],
    }
    if with_certificate:
        signed["certificates"] = [certificate]
    token = {"content_type": "signed_data", "content": cms.SignedData(signed)}
    return bytes(TimestampResponse({"status": {"status": "granted"}, "time_stamp_token": token}).dump())


def _attributes(said: Any, certificate: bytes) -> Any:
    named = tsp.SigningCertificateV2({"certs": [{"cert_hash": hashlib.sha256(certificate).digest()}]})
    return cms.CMSAttributes(
        [
            cms.CMSAttribute({"type": "content_type", "values": ["tst_info"]}),
            cms.CMSAttribute({"type": "message_digest", "values": [hashlib.sha256(said.dump()).digest()]}),
            cms.CMSAttribute({"type": "signing_certificate_v2", "values": [named]}),
        ]
    )


class TimestampAuthority:
    """An HTTP server on a loopback address; `start` and `stop` may follow each other, the port stays.

    `folder` holds its keys (`hub.local.timestamp_keys`), the file `memory` its port. Raises Refused
    TIMESTAMP_AUTHORITY_EXPOSED for any other address than a loopback one, and the codes of loading keys.
    """

    def __init__(
        self, folder: Path, memory: Path, host: str = "127.0.0.1",
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:  # fmt: skip
        if not _is_loopback(host):
            raise Refused("TIMESTAMP_AUTHORITY_EXPOSED", {"host": host[:100]})
        self._host, self._clock = host, clock
        self._keys = load_timestamp_keys(folder)
        self._port = port_of(memory)
        self._server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        """Where it answers, or will."""
        return f"http://{self._host}:{self._port}/"

    @property
    def is_running(self) -> bool:
        """Tell whether it answers."""
        return self._server is not None

    def start(self) -> None:
        """Answer from a thread of its own; nothing changes when it runs already. Raises Unavailable SERVER_DIED."""
        if self._server is not None:
            return
        try:
            self._server = _Server((self._host, self._port), _handler(self._keys, self._clock))
        except OSError as error:  # somebody else took the port meanwhile
            facts = {"server": "timestamp-authority", "exit": error.strerror or "", "log": self.url}
            raise Unavailable("SERVER_DIED", facts) from error
        threading.Thread(target=self._server.serve_forever, name="timestamp-authority", daemon=True).start()

    def stop(self) -> None:
        """Stop answering. Repeating does nothing."""
        server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:  # a name may lead anywhere
        return False


def _handler(keys: TimestampKeys, clock: Callable[[], datetime]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        server_version = "development-time-stamp-authority"
        timeout = _READ_TIMEOUT_S

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            if self.headers.get("Content-Type") != "application/timestamp-query" or not length.isdigit():
                self.send_error(415)
                return
            if int(length) > _QUERY_BYTES_MAX:
                self.send_error(413)
                return
            body = answer(self.rfile.read(int(length)), keys, clock(), secrets.randbits(_SERIAL_BITS))
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - the name is the library's
            pass

    return Handler
