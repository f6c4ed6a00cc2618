"""Signed PDF: every signature right, pinned, over all of the file; anything added afterwards is refused."""

import warnings

import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # pyHanko's own modules warn when they are imported
    from pyhanko.pdf_utils import generic
    from pyhanko.sign.fields import SigSeedSubFilter

    from .paper_world import a_dictionary, a_pdf, paper_signer, sign_pdf, updated

from hub.catalogue import CATALOGUE
from hub.connectors.signed import read_pades
from hub.errors import Refused

from .signing_world import signer


def code_of(data, *signers):
    """Return the code with which a file is refused, or an empty text when it is right."""
    try:
        read_pades(data, [one.der for one in signers])
    except Refused as error:
        refused = error
    else:
        return ""
    assert refused.code in CATALOGUE
    return refused.code


@pytest.mark.parametrize(("kind", "pss"), [("EC", False), ("RSA", False), ("RSA", True)])
def test_signed_pdf_says_who_signed_and_when(kind, pss):
    """One signature over all of the file."""
    who = paper_signer(kind)
    part = read_pades(sign_pdf(a_pdf(), who, pss=pss), [signer("EC", "other").der, who.der])
    assert bytes.fromhex(part.signer_sha256) == who.certificate.fingerprint(who.certificate.signature_hash_algorithm)
    assert who.certificate.not_valid_before_utc < part.signed_at < who.certificate.not_valid_after_utc


def test_second_signature_in_an_update_is_taken():
    """Each over the file as it was then; the last says who and when; both must be pinned."""
    first, second = paper_signer(), paper_signer("RSA")
    data = sign_pdf(sign_pdf(a_pdf(object_streams=True), first), second, "Sig2")
    assert (
        read_pades(data, [first.der, second.der]).signer_sha256
        == read_pades(data, [second.der, first.der]).signer_sha256
    )
    assert code_of(data, second) == code_of(data, first) == "SOURCE_CERTIFICATE_UNKNOWN"


def test_pdf_without_a_signature_is_refused():
    """It has to come as a scan."""
    assert code_of(a_pdf(), paper_signer()) == "SOURCE_PDF_SIGNATURE_MISSING"


def test_update_after_the_signature_is_refused():
    """A page exchanged, an object added that nobody shows, or a byte after the end."""
    who = paper_signer()
    data = sign_pdf(a_pdf(), who)

    def another_page(writer):
        writer.root["/Pages"]["/Kids"][0]["/MediaBox"] = generic.ArrayObject([generic.NumberObject(9)] * 4)
        writer.update_container(writer.root["/Pages"]["/Kids"][0])

    assert code_of(updated(data, another_page), who) == "SOURCE_PDF_UNSIGNED_CHANGE"
    assert code_of(updated(data, lambda writer: writer.add_object(a_dictionary(A="/B"))), who) == (
        "SOURCE_PDF_UNSIGNED_CHANGE"
    )
    assert code_of(data + b"%", who) == "SOURCE_PDF_MALFORMED"
    assert code_of(data + b"\n", who) in {"SOURCE_PDF_UNSIGNED_CHANGE", "SOURCE_PDF_MALFORMED"}
    assert code_of(data + a_pdf(), who) == "SOURCE_PDF_SIGNATURE_MISSING"  # the end is what counts


def test_page_changed_between_two_signatures_is_refused():
    """The second signer signs all of it; but the first did not sign what is seen now."""
    who = paper_signer()

    def another_page(writer):
        writer.root["/Pages"]["/Kids"][0]["/MediaBox"] = generic.ArrayObject([generic.NumberObject(9)] * 4)
        writer.update_container(writer.root["/Pages"]["/Kids"][0])

    data = sign_pdf(updated(sign_pdf(a_pdf(), who), another_page), who, "Sig2")
    assert code_of(data, who) == "SOURCE_PDF_UNSIGNED_CHANGE"


def test_altered_bytes_are_refused():
    """Of many bytes of a signed file, turned one by one, none is read as signed.

    The place of the signature is left out: CMS repeats there what no signature covers, and decides nothing by it.
    """
    who = paper_signer()
    data = sign_pdf(a_pdf(), who)
    gap = range(data.index(b"/Contents <"), data.index(b"/ByteRange"))
    for position in set(range(0, len(data), 29)) - set(gap):
        turned = data[:position] + bytes((data[position] ^ 1,)) + data[position + 1 :]
        assert code_of(turned, who), position


def test_bytes_in_the_gap_are_refused():
    """The signature's place is not signed, so it holds the signature and zeros."""
    who = paper_signer()
    data = sign_pdf(a_pdf(), who)
    end = data.rindex(b"00>")
    assert code_of(data[:end] + b"41>" + data[end + 3 :], who) == "SOURCE_PDF_SHAPE"


def test_range_that_leaves_something_out_is_refused():
    """A signature over the beginning alone."""
    who = paper_signer()
    data = sign_pdf(a_pdf(), who)
    start = data.index(b"/ByteRange [0 ") + len(b"/ByteRange [0 ")
    for change in (b"0", b"2", b"9"):
        assert code_of(data[:start] + change + data[start + 1 :], who) == "SOURCE_PDF_SHAPE"


def test_other_kinds_of_signature_are_refused():
    """Neither the older container nor another hash."""
    who = paper_signer()
    assert code_of(sign_pdf(a_pdf(), who, subfilter=SigSeedSubFilter.ADOBE_PKCS7_DETACHED), who) == "SOURCE_PDF_SHAPE"
    assert code_of(sign_pdf(a_pdf(), who, digest="sha512"), who) == "SOURCE_PDF_ALGORITHM"


def test_certificate_that_had_expired_is_refused():
    """Signed now with what was valid in 2024."""
    who = signer()
    assert code_of(sign_pdf(a_pdf(), who), who) == "SOURCE_CERTIFICATE_EXPIRED"


def test_active_content_is_refused_even_when_signed():
    """What is seen could change after it was signed."""
    who = paper_signer()
    script = a_dictionary(S="/JavaScript")
    assert code_of(sign_pdf(a_pdf(OpenAction=script), who), who) == "SOURCE_PDF_ACTIVE"
