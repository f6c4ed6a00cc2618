"""Signed XML (XAdES, ETSI EN 319 132-1) of a system that signs its files: what exactly was signed, by whom and when.

Invariant: nothing of the file is used but the canonical bytes that a pinned certificate's signature covers; not even
the time of signing is taken from elsewhere.

The order is the protection: bounds on raw bytes, one tree without entities and network, one exact shape
(`xades_shape`), one of the pinned certificates, and only then the signature, by signxml with that certificate alone.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from lxml import etree
from signxml import DigestAlgorithm, SignatureConfiguration, SignatureMethod, XMLVerifier
from signxml.exceptions import InvalidDigest, SignXMLException

from hub.connectors.signed.names import DS, METHODS, XADES
from hub.connectors.signed.pinned import Pinned, pinned_of, strict_base64
from hub.connectors.signed.xades_shape import Element, signature_of
from hub.connectors.signed.xml_bounds import check_bounds
from hub.errors import Refused

__all__ = ["XadesPart", "read_xades"]

_TIME = f"{{{XADES}}}SignedSignatureProperties/{{{XADES}}}SigningTime"
_DIGEST = f".//{{{XADES}}}CertDigest/{{{DS}}}DigestValue"
_TIME_FORM = "%Y-%m-%dT%H:%M:%S%z"
_TIME_LENGTHS = (20, 25)  # 2025-06-01T08:00:00Z, 2025-06-01T08:00:00+07:00
logging.getLogger("signxml").setLevel(logging.WARNING)  # at debug it writes all that is signed, names and marks


@dataclass(frozen=True, slots=True)
class XadesPart:
    """The signed content of one file. `compatible`: signed with PKCS#1 v1.5, taken for compatibility only."""

    data: bytes  # canonical XML of the root without its signature
    signer_sha256: str  # hex, of the pinned certificate
    signed_at: datetime  # aware, as the signer claims it
    compatible: bool = False


def read_xades(data: bytes, signers: Sequence[bytes]) -> XadesPart:
    """Verify one file of the exact shape that `xades_shape` draws, signed with one of `signers` (DER certificates).

    Raises Refused: what `check_bounds`, `signature_of` and `pinned_of` raise, SOURCE_XML_ALGORITHM_SWAPPED,
    SOURCE_XML_CONTENT_DIFFERS, SOURCE_XML_SIGNATURE_WRONG, SOURCE_CERTIFICATE_DIFFERS, SOURCE_TIME_WRONG,
    SOURCE_CERTIFICATE_EXPIRED.
    """
    check_bounds(data)
    signature = signature_of(_tree(data))
    der = strict_base64(signature.certificate)
    if der is None or strict_base64(signature.signature_value) is None:
        raise Refused("SOURCE_XML_SHAPE", {"element": "base64"})
    pinned = pinned_of(der, signers)
    method = METHODS[signature.method]
    if (method == "ES256") != (pinned.kind == "EC"):
        raise Refused("SOURCE_XML_ALGORITHM_SWAPPED")
    content, properties = _signed_bytes(data, pinned, signature.method)
    signed_at = _signed_at(_tree(properties), pinned)
    return XadesPart(content, pinned.sha256.hex(), signed_at, compatible=method == "RS256")


def _parser() -> Element:
    return etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False,
        huge_tree=False, recover=False, remove_blank_text=False,
    )  # fmt: skip


def _tree(data: bytes) -> Element:
    try:
        root = etree.fromstring(data, parser=_parser())
    except etree.XMLSyntaxError as error:
        raise Refused("SOURCE_XML_MALFORMED", {"line": str(error.lineno)}) from None
    if root.getroottree().docinfo.doctype:
        raise Refused("SOURCE_XML_FORBIDDEN", {"what": "DOCTYPE"})
    return root


def _signed_bytes(data: bytes, pinned: Pinned, method: str) -> tuple[bytes, bytes]:
    """Return what the two references cover: the content, and the signed properties."""
    config = SignatureConfiguration(
        location="./", expect_references=2, signature_methods=frozenset((SignatureMethod(method),)),
        digest_algorithms=frozenset((DigestAlgorithm.SHA256,)),
        verification_time=pinned.certificate.not_valid_before_utc,  # the claimed time is judged once it is verified
    )  # fmt: skip
    try:
        content, properties = XMLVerifier().verify(
            data, x509_cert=pinned.certificate, validate_schema=False, parser=_parser(), expect_config=config
        )
    except InvalidDigest:
        raise Refused("SOURCE_XML_CONTENT_DIFFERS") from None
    except (SignXMLException, ValueError, etree.LxmlError):
        raise Refused("SOURCE_XML_SIGNATURE_WRONG") from None
    return content.signed_data, properties.signed_data


def _signed_at(properties: Element, pinned: Pinned) -> datetime:
    """Return the time of signing, when the signed properties name this certificate and it was valid then."""
    if strict_base64(properties.findtext(_DIGEST)) != pinned.sha256:
        raise Refused("SOURCE_CERTIFICATE_DIFFERS")
    text = properties.findtext(_TIME)
    try:
        at = datetime.strptime(text, _TIME_FORM).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refused("SOURCE_TIME_WRONG") from None
    if len(text) not in _TIME_LENGTHS:
        raise Refused("SOURCE_TIME_WRONG")
    if not pinned.was_valid(at):
        raise Refused("SOURCE_CERTIFICATE_EXPIRED", {"signed_at": at.isoformat()})
    return at
