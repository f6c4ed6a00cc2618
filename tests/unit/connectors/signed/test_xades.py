"""Signed XML: what is right is read, into the signed bytes alone; every lie is refused with its code."""

import base64
import copy
import logging
import re
from datetime import UTC, datetime, timedelta

import pytest
from lxml import etree
from signxml import SignatureConfiguration
from signxml.xades import XAdESVerifier

from hub.catalogue import CATALOGUE
from hub.connectors.signed import SOURCE_BYTE_COUNT_MAX, read_xades
from hub.connectors.signed.names import C14N, ENVELOPED, SHA256
from hub.errors import Refused

from .signing_world import AT, DS, LOT, NAMES, XADES, certified, signer

RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
ECDSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"
INCLUSIVE = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"


def code_of(data, signers=None):
    """Return the code with which a file is refused, or an empty text when it is read."""
    try:
        read_xades(data, [signer().der] if signers is None else signers)
    except Refused as error:
        refused = error
    else:
        return ""
    assert refused.code in CATALOGUE
    assert not re.search("Nguyễn|Trần", str(refused.facts))
    return refused.code


def edited(change, data=None):
    """Return a signed file after `change(root, signature)`, with the tree written out again."""
    root = etree.fromstring(signer().sign() if data is None else data)
    made = change(root, root.find("ds:Signature", NAMES))
    return etree.tostring(root if made is None else made, encoding="UTF-8", xml_declaration=True)


def replaced(old, new, count=1):
    """Return a function that replaces a text that is there."""

    def replace(text):
        assert old in text
        return text.replace(old, new, count)

    return replace


@pytest.mark.parametrize(("kind", "method", "compatible"), [
    ("EC", "ES256", False), ("RSA", "PS256", False), ("RSA", "RS256", True),
])  # fmt: skip
def test_signed_file_is_read_into_the_signed_bytes(kind, method, compatible):
    """The canonical root without its signature, the certificate's hash and the time; PKCS#1 v1.5 is flagged."""
    who = signer(kind)
    part = read_xades(who.sign(method=method), [signer("EC", "other").der, who.der])
    expected = etree.tostring(etree.fromstring(LOT), method="c14n", exclusive=True)
    assert (part.data, part.signed_at, part.compatible) == (expected, AT, compatible)
    assert bytes.fromhex(part.signer_sha256) == who.certificate.fingerprint(who.certificate.signature_hash_algorithm)


def test_time_is_given_in_utc():
    """A zone of seven hours is one way to write it."""
    data = signer().sign(change=replaced("2024-06-01T08:00:00Z", "2024-06-01T15:00:00+07:00"))
    assert read_xades(data, [signer().der]).signed_at == AT


def test_signature_is_valid_for_another_reader():
    """The XAdES check of signxml itself, with its schema, takes what the simulator signs."""
    config = SignatureConfiguration(expect_references=2, verification_time=AT, location="./")
    results = XAdESVerifier().verify(signer("RSA").sign(), x509_cert=signer("RSA").certificate, expect_config=config)
    assert b"hocSinh" in results[0].signed_data
    assert b"SigningTime" in results[1].signed_data


def test_nothing_signed_is_written_to_a_log(caplog):
    """Not even when everything is logged."""
    with caplog.at_level(logging.DEBUG):
        read_xades(signer().sign(), [signer().der])
    assert "Anh" not in caplog.text


def test_content_that_was_altered_is_refused():
    """In a text, an attribute, an element added, or one taken away."""

    def text(root, _):
        root[0][0].text = "Nguyễn Văn A"

    def attribute(root, _):
        root[0][1].set("mon", "VAN")

    def one_more(root, signature):
        signature.addprevious(copy.deepcopy(root[0][1]))

    def one_less(root, _):
        root.remove(root[1])

    for change in (text, attribute, one_more, one_less):
        assert code_of(edited(change)) == "SOURCE_XML_CONTENT_DIFFERS"
    assert code_of(signer().sign() + b" <!-- x -->") == "SOURCE_XML_FORBIDDEN"


def test_signed_properties_that_were_altered_are_refused():
    """The time of signing is signed too."""

    def later(_, signature):
        signature.find(".//xades:SigningTime", NAMES).text = "2024-06-02T08:00:00Z"

    assert code_of(edited(later)) == "SOURCE_XML_CONTENT_DIFFERS"


def test_signature_over_something_else_is_refused():
    """One bit of the value, or a digest put right afterwards."""

    def bit(_, signature):
        value = signature.find("ds:SignatureValue", NAMES)
        value.text = ("A" if value.text[0] != "A" else "B") + value.text[1:]

    assert code_of(edited(bit)) == "SOURCE_XML_SIGNATURE_WRONG"
    other = etree.fromstring(signer().sign(LOT.replace(b">9<", b">8<")))
    digest = other.find(".//ds:Reference/ds:DigestValue", NAMES).text

    def put_right(root, signature):
        root[0][1].text = "8"
        signature.find(".//ds:Reference/ds:DigestValue", NAMES).text = digest

    assert code_of(edited(put_right)) == "SOURCE_XML_SIGNATURE_WRONG"


def test_wrapping_is_refused():
    """Whatever stands around the signed root, or is smuggled into it, the signature is not where it must be."""

    def new_root(root, _):
        outer = etree.Element("lo")
        outer.append(root)
        return outer

    def signature_first(root, signature):
        root.insert(0, signature)

    def original_in_object(root, signature):
        forged = copy.deepcopy(root)
        inner = forged.find("ds:Signature", NAMES)
        inner.find("ds:Object", NAMES).append(root)
        forged[0][0].text = "Kẻ Khác"
        return forged

    def original_in_extension(root, signature):
        forged = etree.Element(root.tag)
        forged.append(etree.fromstring("<hocSinh>Kẻ Khác</hocSinh>"))
        forged.append(copy.deepcopy(signature))
        forged.insert(0, root)
        return forged

    def deeper(root, signature):
        root[0].append(signature)

    assert code_of(edited(new_root)) == "SOURCE_XML_SIGNATURE_MOVED"
    assert code_of(edited(signature_first)) == "SOURCE_XML_SIGNATURE_MOVED"
    assert code_of(edited(original_in_object)) == "SOURCE_XML_ID_TWICE"
    assert code_of(edited(original_in_extension)) == "SOURCE_XML_ID_TWICE"
    assert code_of(edited(deeper)) == "SOURCE_XML_SIGNATURE_MOVED"


def test_wrapping_without_a_doubled_identifier_is_refused():
    """The same with the copy's identifiers taken away: then there are two signatures, or one without its shape."""

    def bare_copy(root, signature):
        forged = copy.deepcopy(root)
        for element in root.iter():
            element.attrib.pop("Id", None)
            element.attrib.pop("id", None)
        forged.find("ds:Signature/ds:Object", NAMES).append(root)
        return forged

    def signed_root_in_object(root, signature):
        forged = etree.Element(root.tag)
        forged.append(etree.fromstring("<hocSinh>Kẻ Khác</hocSinh>"))
        forged.append(signature)
        signature.find("ds:Object", NAMES).append(root)
        return forged

    assert code_of(edited(bare_copy)) == "SOURCE_XML_SIGNATURE_TWICE"
    assert code_of(edited(signed_root_in_object)) == "SOURCE_XML_SHAPE"


def test_reference_to_a_part_is_refused():
    """A signature over one element says nothing of the rest: only the whole document may be referred to."""
    part = signer().sign(change=replaced('URI=""', 'URI="#hs-1"'))
    assert code_of(part) == "SOURCE_XML_SHAPE"
    outside = signer().sign(change=replaced('URI=""', 'URI="http://127.0.0.1:9/x"'))
    assert code_of(outside) == "SOURCE_XML_SHAPE"
    pointer = signer().sign(change=replaced('URI=""', 'URI="#xpointer(/)"'))
    assert code_of(pointer) == "SOURCE_XML_SHAPE"


def test_second_signature_is_refused():
    """Beside the first, or inside what is signed."""
    twice = signer().sign(signer().sign(), signature_id="chu-ky-2")
    assert code_of(twice) == "SOURCE_XML_SIGNATURE_TWICE"
    assert code_of(LOT) == "SOURCE_XML_SIGNATURE_MISSING"


def test_elements_of_signatures_in_what_is_signed_are_refused():
    """A reader that looks for them anywhere would find the wrong ones."""
    for space in (DS, XADES):
        xml = LOT.replace(b"</lo>", f'<x:SignedInfo xmlns:x="{space}"/></lo>'.encode())
        assert code_of(signer().sign(xml)) == "SOURCE_XML_SIGNATURE_MOVED"


@pytest.mark.parametrize("algorithm", [
    "http://www.w3.org/2000/09/xmldsig#hmac-sha1", "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256",
    "http://www.w3.org/2000/09/xmldsig#rsa-sha1", "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1",
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512", "http://www.w3.org/2009/xmldsig11#dsa-sha256", "none", "",
])  # fmt: skip
def test_signature_algorithm_off_the_list_is_refused(algorithm):
    """Also when all else is well signed."""
    assert code_of(signer().sign(change=replaced(ECDSA_SHA256, algorithm))) == "SOURCE_XML_ALGORITHM"


def test_algorithm_of_another_kind_of_key_is_refused():
    """RSA over a key on a curve, and the other way round."""
    assert code_of(signer().sign(change=replaced(ECDSA_SHA256, RSA_SHA256))) == "SOURCE_XML_ALGORITHM_SWAPPED"
    who = signer("RSA")
    data = who.sign(method="RS256", change=replaced(RSA_SHA256, ECDSA_SHA256))
    assert code_of(data, [who.der]) == "SOURCE_XML_ALGORITHM_SWAPPED"


def test_pss_and_pkcs1_are_not_taken_for_each_other():
    """The same key signs with both; the name of the method decides how it is checked."""
    who = signer("RSA")
    data = who.sign(
        method="RS256", change=replaced(RSA_SHA256, "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1")
    )
    assert code_of(data, [who.der]) == "SOURCE_XML_SIGNATURE_WRONG"


@pytest.mark.parametrize(("old", "new"), [
    (C14N, INCLUSIVE), (C14N, C14N + "WithComments"), (SHA256, "http://www.w3.org/2000/09/xmldsig#sha1"),
    (SHA256, "http://www.w3.org/2001/04/xmlenc#sha512"), (ENVELOPED, "http://www.w3.org/2000/09/xmldsig#base64"),
    (ENVELOPED, "http://www.w3.org/TR/1999/REC-xslt-19991116"),
    (ENVELOPED, "http://www.w3.org/TR/1999/REC-xpath-19991116"),
])  # fmt: skip
def test_other_transforms_digests_and_canonical_forms_are_refused(old, new):
    """Every place where the name stands, one by one."""
    plain = signer().sign()
    for number in range(plain.decode().count(f'"{old}"')):
        parts = plain.decode().split(f'"{old}"')
        text = f'"{old}"'.join(parts[: number + 1]) + f'"{new}"' + f'"{old}"'.join(parts[number + 1 :])
        assert code_of(text.encode()) == "SOURCE_XML_ALGORITHM"


def test_canonical_form_changed_and_signed_is_refused():
    """Not only afterwards: a signer who signs that way is refused too."""
    assert code_of(signer().sign(change=replaced(f'Algorithm="{C14N}"', f'Algorithm="{INCLUSIVE}"'))) == (
        "SOURCE_XML_ALGORITHM"
    )
    prefixes = (
        f'<ds:Transform Algorithm="{C14N}"><e:InclusiveNamespaces xmlns:e="{C14N}" PrefixList="a"/></ds:Transform>'
    )
    changed = signer().sign(change=replaced(f'<ds:Transform Algorithm="{C14N}"/>', prefixes))
    assert code_of(changed) == "SOURCE_XML_SHAPE"


@pytest.mark.parametrize(("old", "new"), [
    ("<ds:KeyInfo>", "<ds:KeyInfo><ds:KeyName>x</ds:KeyName>"),
    ("</ds:X509Data>", "</ds:X509Data><ds:KeyValue/>"),
    ("<ds:X509Data>", "<ds:X509Data><ds:X509SubjectName>CN=x</ds:X509SubjectName>"),
    ("</ds:Object>", "</ds:Object><ds:Object/>"),
    ("</xades:SignedProperties>", "</xades:SignedProperties><xades:UnsignedProperties/>"),
    ("<ds:SignedInfo>", '<ds:SignedInfo Id="x">'),
    ("<ds:SignedInfo>", "<ds:SignedInfo>x"),
    ("<ds:Transforms>", "<ds:Transforms><ds:Transform Algorithm='x'/>"),
    ("</ds:SignedInfo>", '<ds:Reference URI=""/></ds:SignedInfo>'),
    ('Target="#chu-ky"', 'Target="#hs-1"'),
    ('URI="#chu-ky-thuoc-tinh"', 'URI="#hs-1"'),
    ('Type="http://uri.etsi.org/01903#SignedProperties"', 'Type="x"'),
    ('Type="http://uri.etsi.org/01903#SignedProperties"', ""),
    ('Id="chu-ky"', 'ID="chu-ky"'),
    ('Id="chu-ky"', ""),
    ("xades:SigningTime", "xades:SigningHour"),
])  # fmt: skip
def test_signature_of_another_shape_is_refused(old, new):
    """One element, attribute or text more, less or elsewhere, all of it signed."""
    count = -1 if "SigningTime" in old else 1
    assert code_of(signer().sign(change=replaced(old, new, count))) == "SOURCE_XML_SHAPE"


def test_reference_removed_is_refused():
    """A signature without its properties says no time and no certificate."""

    def without(_, signature):
        references = signature.findall("ds:SignedInfo/ds:Reference", NAMES)
        references[1].getparent().remove(references[1])

    assert code_of(edited(without)) == "SOURCE_XML_SHAPE"


def test_namespace_that_only_looks_alike_is_refused():
    """A signature in another namespace is none."""
    data = signer().sign().replace(DS.encode(), b"http://www.w3.org/2000/09/xmldsig")
    assert code_of(data) == "SOURCE_XML_SIGNATURE_MISSING"


def test_certificate_that_is_not_pinned_is_refused():
    """Another key, another certificate of the same key, or nothing pinned at all."""
    other = signer("EC", "other")
    assert code_of(other.sign()) == "SOURCE_CERTIFICATE_UNKNOWN"
    assert code_of(certified(signer().key, "again").sign()) == "SOURCE_CERTIFICATE_UNKNOWN"
    assert code_of(signer().sign(), []) == "SOURCE_CERTIFICATE_UNKNOWN"


def test_pinned_certificate_beside_a_foreign_signature_does_not_help():
    """The certificate in the file is exchanged for the pinned one, with or without the signed properties."""
    good, other = etree.fromstring(signer().sign()), signer("EC", "other").sign()
    certificate = good.find(".//ds:X509Certificate", NAMES).text

    def exchange(_, signature):
        signature.find(".//ds:X509Certificate", NAMES).text = certificate

    assert code_of(edited(exchange, other)) == "SOURCE_XML_SIGNATURE_WRONG"


def test_certificate_named_in_the_signed_properties_must_be_the_one():
    """Otherwise another certificate of the same key could take its place."""
    digest = etree.fromstring(signer("EC", "other").sign()).find(".//xades:CertDigest/ds:DigestValue", NAMES).text
    change = re.compile("(?<=<xades:CertDigest>)(.*?<ds:DigestValue>)[^<]+")
    data = signer().sign(change=lambda text: change.sub(lambda found: found[1] + digest, text))
    assert code_of(data) == "SOURCE_CERTIFICATE_DIFFERS"


def test_two_certificates_are_refused():
    """No chain is looked at, so none may stand there."""

    def doubled(_, signature):
        certificate = signature.find(".//ds:X509Certificate", NAMES)
        certificate.addnext(copy.deepcopy(certificate))

    assert code_of(edited(doubled)) == "SOURCE_XML_SHAPE"


@pytest.mark.parametrize("kind", ["RSA-1024", "P-384"])
def test_key_that_is_weak_or_unusual_is_refused(kind):
    """Even of a pinned certificate."""
    who = signer(kind)
    data = signer().sign().decode()
    der = etree.fromstring(signer().sign()).find(".//ds:X509Certificate", NAMES).text
    assert (
        code_of(data.replace(der, base64.b64encode(who.der).decode()).encode(), [who.der]) == "SOURCE_CERTIFICATE_WEAK"
    )


@pytest.mark.parametrize("days", [-181, 181])
def test_time_outside_the_certificates_validity_is_refused(days):
    """Before and after."""
    assert code_of(signer().sign(at=AT + timedelta(days=days))) == "SOURCE_CERTIFICATE_EXPIRED"


@pytest.mark.parametrize("text", [
    "2024-06-01T08:00:00", "2024-06-01", "2024-06-01T08:00:00.5Z", "hôm qua", "2024-13-01T08:00:00Z",
    "0001-01-01T00:00:00+07:00", "2024-06-01T08:00:00+0700", " 2024-06-01T08:00:00Z",
])  # fmt: skip
def test_time_in_another_form_is_refused(text):
    """Without a zone it is no time at all."""
    assert code_of(signer().sign(change=replaced("2024-06-01T08:00:00Z", text))) == "SOURCE_TIME_WRONG"


def test_identifier_twice_is_refused():
    """In what is signed, or of the signature, whichever way the attribute is written."""
    for attribute in ('id="hs-1"', 'Id="hs-1"', 'ID="hs-1"', 'xml:id="hs-1"', 'Id="chu-ky-thuoc-tinh"'):
        xml = LOT.replace(b'id="hs-2"', attribute.encode())
        assert code_of(signer().sign(xml)) == "SOURCE_XML_ID_TWICE", attribute


DTD = b'<!DOCTYPE lo [<!ENTITY x "y">]>'
LAUGHS = b'<!DOCTYPE lo [<!ENTITY a "haha"><!ENTITY b "%s">]>' % (b"&a;" * 1000)


@pytest.mark.parametrize("dtd", [
    b"<!DOCTYPE lo>", DTD, LAUGHS, b'<!DOCTYPE lo SYSTEM "http://127.0.0.1:9/x.dtd">',
    b'<!DOCTYPE lo [<!ENTITY x SYSTEM "file:///etc/hostname">]>',
    b'<!DOCTYPE lo [<!ENTITY % x SYSTEM "file:///etc/hostname"> %x;]>',
    b'<!DOCTYPE lo [<!ATTLIST lo them CDATA "x">]>', b"<?xml-stylesheet href='http://127.0.0.1:9/'?>", b"<!-- x -->",
])  # fmt: skip
def test_document_type_instruction_and_comment_are_refused(dtd):
    """A document that is well signed, with something before its root."""
    data = signer().sign()
    assert code_of(data.replace(b"<lo ", dtd + b"<lo ", 1)) == "SOURCE_XML_FORBIDDEN"


def test_comment_in_a_text_is_refused():
    """Canonical bytes have no comments, so the signature stands; a reader would cut the name."""
    data = signer().sign().replace("Nguyễn Văn Anh".encode(), "Nguyễn Văn A<!-- -->nh".encode())
    assert code_of(data) == "SOURCE_XML_FORBIDDEN"


def test_entity_that_nobody_declared_is_refused():
    """It is not well-formed."""
    assert code_of(signer().sign().replace(b">9<", b">&x;<")) == "SOURCE_XML_MALFORMED"


@pytest.mark.parametrize(("data", "code"), [
    (b"", "SOURCE_XML_MALFORMED"),
    (b"<lo>", "SOURCE_XML_MALFORMED"),
    (b"<lo/><lo/>", "SOURCE_XML_MALFORMED"),
    (b"<lo>\x00</lo>", "SOURCE_XML_MALFORMED"),
    (b"<lo>&#0;</lo>", "SOURCE_XML_MALFORMED"),
    (b"<lo>\xff</lo>", "SOURCE_XML_ENCODING"),
    (LOT.decode().encode("utf-16"), "SOURCE_XML_ENCODING"),
    (LOT.decode().encode("utf-16-le"), "SOURCE_XML_ENCODING"),
    (b"\xef\xbb\xbf" + LOT, "SOURCE_XML_ENCODING"),
    (b'<?xml version="1.1"?><lo/>', "SOURCE_XML_ENCODING"),
    (b'<?xml version="1.0" encoding="UTF-16"?><lo/>', "SOURCE_XML_ENCODING"),
    (b'<?xml version="1.0" encoding="UTF-7"?><lo/>', "SOURCE_XML_ENCODING"),
    (b"<a>" * 40 + b"</a>" * 40, "SOURCE_XML_TOO_COMPLEX"),
    (b"<lo>" + b"<a/>" * 60_000 + b"</lo>", "SOURCE_XML_TOO_COMPLEX"),
    (b"<lo " + b" ".join(b'a%d=""' % n for n in range(40)) + b"/>", "SOURCE_XML_TOO_COMPLEX"),
    (b"<lo>" + b"x" * SOURCE_BYTE_COUNT_MAX + b"</lo>", "SOURCE_XML_TOO_LARGE"),
])  # fmt: skip
def test_bytes_beyond_the_bounds_are_refused(data, code):
    """Before any tree is built."""
    assert code_of(data) == code


def test_base64_is_strict():
    """White space may stand in it; anything else would be read by some and not by others."""

    def wrapped(_, signature):
        value = signature.find(".//ds:X509Certificate", NAMES)
        value.text = "\n" + "\n".join(re.findall(".{1,64}", value.text)) + "\n"

    def garbage(_, signature):
        signature.find(".//ds:X509Certificate", NAMES).text += "*"

    assert code_of(edited(wrapped)) == ""
    assert code_of(edited(garbage)) == "SOURCE_XML_SHAPE"


def test_data_after_conversion_is_what_was_signed_and_not_what_stands_there():
    """Entities, CDATA and unused prefixes are gone: two files with the same signed content give the same bytes."""
    plain = signer().sign(LOT.replace(b">9<", b">A &amp; B<"))
    other = plain.replace(b">A &amp; B<", b"><![CDATA[A & B]]><").replace(b"<lo ", b'<lo xmlns:unused="urn:x" ')
    first, second = (read_xades(data, [signer().der]) for data in (plain, other))
    assert first == second
    assert b"unused" not in second.data


def test_time_is_the_one_that_is_signed():
    """Aware, in UTC, to the second."""
    assert read_xades(signer().sign(), [signer().der]).signed_at == datetime(2024, 6, 1, 8, tzinfo=UTC)
