"""Names of XML signatures: the namespaces, and the few algorithms that a source may be signed with."""

__all__ = [
    "C14N",
    "DS",
    "ENVELOPED",
    "METHODS",
    "PROPERTIES_TYPE",
    "SHA256",
    "XADES",
]

DS = "http://www.w3.org/2000/09/xmldsig#"
XADES = "http://uri.etsi.org/01903/v1.3.2#"
C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
PROPERTIES_TYPE = "http://uri.etsi.org/01903#SignedProperties"

METHODS = {
    "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1": "PS256",
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256": "ES256",
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256": "RS256",
}
"""SignatureMethod by its name in JOSE, which the hub's own signatures use. RS256 is there for compatibility alone."""
