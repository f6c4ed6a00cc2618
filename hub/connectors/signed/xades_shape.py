"""The one exact shape of a signature that a signed XML source may have.

    root
    ├── …                                     what is signed; no element of the namespaces ds and xades in it
    └── ds:Signature Id                       the root's last child, nothing after it
        ├── ds:SignedInfo
        │   ├── ds:CanonicalizationMethod     exclusive C14N
        │   ├── ds:SignatureMethod            RSASSA-PSS or ECDSA with SHA-256; RSA-SHA256 for compatibility
        │   ├── ds:Reference URI=""           transforms: enveloped-signature, exclusive C14N; SHA-256
        │   └── ds:Reference URI="#…" Type    of the SignedProperties; transform: exclusive C14N; SHA-256
        ├── ds:SignatureValue
        ├── ds:KeyInfo ds:X509Data            one ds:X509Certificate
        └── ds:Object xades:QualifyingProperties Target="#…" of the signature
            └── xades:SignedProperties Id
                └── xades:SignedSignatureProperties
                    ├── xades:SigningTime     seconds, with a zone
                    └── xades:SigningCertificateV2 xades:Cert xades:CertDigest   SHA-256

White space may stand between elements of the signature, and within base64. There is no other element, attribute, order
or text: everything that other shapes could be used for (another transform, a second reference, a key by value, a
chain, an unsigned property) is refused before a key is touched.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hub.connectors.signed.names import C14N, DS, ENVELOPED, METHODS, PROPERTIES_TYPE, SHA256, XADES
from hub.errors import Refused

__all__ = ["Element", "Signature", "signature_of"]

Element = Any  # lxml has no types
_SPACE = " \t\r\n"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True, slots=True)
class _Shape:
    """One element: its name, its attributes with the values that are allowed (None: any), its children in order.

    `keep`: the name under which the element is found afterwards; one that holds text has no children.
    """

    tag: str
    children: tuple["_Shape", ...] = ()
    attributes: Mapping[str, frozenset[str] | None] = field(default_factory=dict)
    keep: str = ""
    text: bool = False


@dataclass(frozen=True, slots=True)
class Signature:
    """What the shape has in it: texts as they stand, and nothing of it is verified yet."""

    element: Element
    method: str
    certificate: str
    signature_value: str


def _ds(name: str, *children: _Shape, text: bool = False, keep: str = "", **attributes: str | None) -> _Shape:
    return _shape(DS, name, children, attributes, text=text, keep=keep)


def _xades(name: str, *children: _Shape, text: bool = False, keep: str = "", **attributes: str | None) -> _Shape:
    return _shape(XADES, name, children, attributes, text=text, keep=keep)


def _shape(
    space: str, name: str, children: tuple[_Shape, ...], attributes: Mapping[str, str | None], *, text: bool, keep: str
) -> _Shape:
    allowed = {key: None if value is None else frozenset((value,)) for key, value in attributes.items()}
    return _Shape(f"{{{space}}}{name}", children, allowed, keep, text)


_METHOD = _Shape(f"{{{DS}}}SignatureMethod", attributes={"Algorithm": frozenset(METHODS)}, keep="method")
_EXCLUSIVE = _ds("Transform", Algorithm=C14N)
_DIGEST = (_ds("DigestMethod", Algorithm=SHA256), _ds("DigestValue", text=True))
_SHAPE = _ds(
    "Signature",
    _ds(
        "SignedInfo",
        _ds("CanonicalizationMethod", Algorithm=C14N),
        _METHOD,
        _ds("Reference", _ds("Transforms", _ds("Transform", Algorithm=ENVELOPED), _EXCLUSIVE), *_DIGEST, URI=""),
        _ds("Reference", _ds("Transforms", _EXCLUSIVE), *_DIGEST, URI=None, Type=PROPERTIES_TYPE, keep="reference"),
    ),
    _ds("SignatureValue", text=True, keep="value"),
    _ds("KeyInfo", _ds("X509Data", _ds("X509Certificate", text=True, keep="certificate"))),
    _ds(
        "Object",
        _xades(
            "QualifyingProperties",
            _xades(
                "SignedProperties",
                _xades(
                    "SignedSignatureProperties",
                    _xades("SigningTime", text=True),
                    _xades("SigningCertificateV2", _xades("Cert", _xades("CertDigest", *_DIGEST))),
                ),
                Id=None, keep="properties",
            ),
            Target=None, keep="target",
        ),
    ),
    Id=None,
)  # fmt: skip


def signature_of(root: Element) -> Signature:
    """Return the one signature of a document of just this shape.

    Raises Refused: SOURCE_XML_SIGNATURE_MISSING, SOURCE_XML_SIGNATURE_TWICE, SOURCE_XML_SIGNATURE_MOVED,
    SOURCE_XML_SHAPE, SOURCE_XML_ALGORITHM.
    """
    element = _placed(root)
    found: dict[str, Element] = {}
    _match(element, _SHAPE, found)
    signature_id, properties_id = element.get("Id"), found["properties"].get("Id")
    if not (_NAME.fullmatch(signature_id) and _NAME.fullmatch(properties_id)):
        raise Refused("SOURCE_XML_SHAPE", {"element": "Id"})
    if found["target"].get("Target") != f"#{signature_id}":
        raise Refused("SOURCE_XML_SHAPE", {"element": "QualifyingProperties"})
    if found["reference"].get("URI") != f"#{properties_id}":
        raise Refused("SOURCE_XML_SHAPE", {"element": "Reference"})
    return Signature(element, found["method"].get("Algorithm"), found["certificate"].text, found["value"].text)


def _placed(root: Element) -> Element:
    """Return the signature where it must be: the root's last child, and the only one of its kind."""
    signatures = list(root.iter(f"{{{DS}}}Signature"))
    if not signatures:
        raise Refused("SOURCE_XML_SIGNATURE_MISSING")
    if len(signatures) > 1:
        raise Refused("SOURCE_XML_SIGNATURE_TWICE")
    (signature,) = signatures
    if signature.getparent() is not root or signature.getnext() is not None or signature.tail:
        raise Refused("SOURCE_XML_SIGNATURE_MOVED")
    inside = set(signature.iter())
    strangers = (element for space in (DS, XADES) for element in root.iter(f"{{{space}}}*"))
    if any(element not in inside for element in strangers):
        raise Refused("SOURCE_XML_SIGNATURE_MOVED")
    return signature


def _match(element: Element, shape: _Shape, found: dict[str, Element]) -> None:
    """Compare one element with its shape, and every child with its own."""
    name = shape.tag.rpartition("}")[2]
    if element.tag != shape.tag or set(element.attrib) != shape.attributes.keys():
        raise Refused("SOURCE_XML_SHAPE", {"element": name})
    for key, allowed in shape.attributes.items():
        if allowed is not None and element.get(key) not in allowed:
            raise Refused("SOURCE_XML_ALGORITHM" if key == "Algorithm" else "SOURCE_XML_SHAPE", {"element": name})
    children = list(element)
    between = [*(child.tail or "" for child in children), "" if shape.text else element.text or ""]
    if len(children) != len(shape.children) or any(text.strip(_SPACE) for text in between):
        raise Refused("SOURCE_XML_SHAPE", {"element": name})
    if shape.text and not (element.text or "").strip(_SPACE):
        raise Refused("SOURCE_XML_SHAPE", {"element": name})
    if shape.keep:
        found[shape.keep] = element
    for child, expected in zip(children, shape.children, strict=True):
        _match(child, expected, found)
