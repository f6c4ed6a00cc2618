"""Signing XML as a played system does: the one shape of XAdES that `hub.connectors.signed` reads, or a wrong one."""

import base64
import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from hub.connectors.signed.names import C14N, DS, ENVELOPED, METHODS, PROPERTIES_TYPE, XADES
from hub.connectors.signed.names import SHA256 as SHA256_NAME

__all__ = ["sign_xades"]

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
_METHOD_NAMES = {name: method for method, name in METHODS.items()}
_COORDINATE_BYTE_COUNT = 32
_SALT_BYTE_COUNT = 32
_DIGEST = f'<ds:DigestMethod Algorithm="{SHA256_NAME}"/><ds:DigestValue>{{}}</ds:DigestValue>'
_EXCLUSIVE = f'<ds:Transform Algorithm="{C14N}"/>'
_TEMPLATE = f"""<ds:Signature xmlns:ds="{DS}" Id="{{id}}"><ds:SignedInfo>\
<ds:CanonicalizationMethod Algorithm="{C14N}"/><ds:SignatureMethod Algorithm="{{method}}"/>\
<ds:Reference URI=""><ds:Transforms><ds:Transform Algorithm="{ENVELOPED}"/>{_EXCLUSIVE}</ds:Transforms>\
{_DIGEST.format("")}</ds:Reference>\
<ds:Reference URI="#{{id}}-thuoc-tinh" Type="{PROPERTIES_TYPE}"><ds:Transforms>{_EXCLUSIVE}</ds:Transforms>\
{_DIGEST.format("")}</ds:Reference></ds:SignedInfo><ds:SignatureValue/>\
<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{{certificate}}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>\
<ds:Object><xades:QualifyingProperties xmlns:xades="{XADES}" Target="#{{id}}">\
<xades:SignedProperties Id="{{id}}-thuoc-tinh"><xades:SignedSignatureProperties>\
<xades:SigningTime>{{at}}</xades:SigningTime><xades:SigningCertificateV2><xades:Cert><xades:CertDigest>\
{_DIGEST.format("{certificate_sha256}")}</xades:CertDigest></xades:Cert></xades:SigningCertificateV2>\
</xades:SignedSignatureProperties></xades:SignedProperties></xades:QualifyingProperties></ds:Object></ds:Signature>"""


def sign_xades(
    xml: bytes,
    key: PrivateKey,
    certificate: x509.Certificate,
    at: datetime,
    *,
    method: str = "",
    signature_id: str = "chu-ky",
    change: Callable[[str], str] = str,
) -> bytes:
    """Return `xml` (UTF-8, no document type) with a signature as its root's last child; `at` is aware.

    `method`: "PS256", "ES256" or "RS256"; by default what fits the key. `change` is given the signature's XML before
    anything is hashed or signed: what it makes wrong is signed as it is. The same input gives the same bytes, except
    that PSS and ECDSA draw by chance.
    """
    root = etree.fromstring(xml, parser=etree.XMLParser(resolve_entities=False, no_network=True))
    content = _canonical(root)
    der = certificate.public_bytes(Encoding.DER)
    name = method or ("PS256" if isinstance(key, rsa.RSAPrivateKey) else "ES256")
    text = _TEMPLATE.format(
        id=signature_id, method=_METHOD_NAMES[name], at=at.isoformat(timespec="seconds").replace("+00:00", "Z"),
        certificate=_base64(der), certificate_sha256=_base64(hashlib.sha256(der).digest()),
    )  # fmt: skip
    signature = etree.fromstring(change(text))
    root.append(signature)
    _seal(signature, content, key, name)
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True))


def _seal(signature: Any, content: bytes, key: PrivateKey, name: str) -> None:
    """Fill in the digests of both references, then the signature over them."""
    spaces = {"ds": DS, "xades": XADES}
    properties = signature.find(".//xades:SignedProperties", spaces)
    digests = signature.findall("ds:SignedInfo/ds:Reference/ds:DigestValue", spaces)
    for digest, data in zip(digests, (content, _canonical(properties)), strict=False):
        digest.text = _base64(hashlib.sha256(data).digest())
    signed_info = signature.find("ds:SignedInfo", spaces)
    signature.find("ds:SignatureValue", spaces).text = _base64(_signed(key, name, _canonical(signed_info)))


def _canonical(element: Any) -> bytes:
    return bytes(etree.tostring(element, method="c14n", exclusive=True, with_comments=False, with_tail=False))


def _signed(key: PrivateKey, name: str, data: bytes) -> bytes:
    if isinstance(key, ec.EllipticCurvePrivateKey):
        r, s = decode_dss_signature(key.sign(data, ec.ECDSA(SHA256(), deterministic_signing=True)))
        return r.to_bytes(_COORDINATE_BYTE_COUNT) + s.to_bytes(_COORDINATE_BYTE_COUNT)
    if name == "PS256":
        return key.sign(data, padding.PSS(padding.MGF1(SHA256()), _SALT_BYTE_COUNT), SHA256())
    return key.sign(data, padding.PKCS1v15(), SHA256())


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
