"""One test for each lie of a revocation list, and the cache that keeps what lists said."""

from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from trust_nodes import AT, DAY, a_node, a_policy, judge

from hub.trust import ChainCache, Revocation, Status, fingerprint


def test_certificate_is_refused_from_the_instant_of_its_revocation(root):
    """Revoked at the judged time is revoked; before it is not."""
    node = a_node("revoked", root)
    crls = [root.crl((node, AT))]
    assert judge(node, [root], crls=crls, at=AT).code == "CERTIFICATE_REVOKED"
    assert judge(node, [root], crls=crls, at=AT - timedelta(seconds=1)).status is Status.VALID


def test_certificate_stays_revoked_when_a_newer_list_forgets_it_unless_it_was_a_hold(root):
    """A revocation is for ever; a hold ends when the newest list no longer has it."""
    node = a_node("forgotten", root)
    newer = root.crl(at=AT - DAY)
    for reason, code in ((None, "CERTIFICATE_REVOKED"), (x509.ReasonFlags.certificate_hold, None)):
        older = root.crl((node, AT - 10 * DAY), at=AT - 5 * DAY, reason=reason)
        assert judge(node, [root], crls=[newer, older]).code == code


def test_certificate_is_refused_when_its_intermediate_was_revoked(root, middle, person):
    """Revocation is looked up for every link."""
    crls = [root.crl((middle, AT - DAY)), middle.crl()]
    assert judge(person, [root], [middle], crls=crls).code == "CERTIFICATE_REVOKED"


def test_certificate_status_is_unknown_without_a_current_authentic_whole_list(root, middle, person):
    """No list, an outdated one, one by another key, a partial one, or one for only one link: unknown, never good."""
    partial = x509.DeltaCRLIndicator(1)
    for crls in (
        [],
        [root.crl(), middle.crl(at=AT - 20 * DAY, days=10)],
        [root.crl(), middle.crl(key=root.key)],
        [root.crl(), middle.crl(extensions=[partial])],
        [middle.crl()],
    ):
        verdict = judge(person, [root], [middle], crls=crls)
        assert (verdict.status, verdict.codes) == (Status.UNKNOWN, ("CERTIFICATE_STATUS_UNKNOWN",))


def test_certificate_status_is_known_from_a_list_issued_after_the_judged_time(root):
    """A newer list tells more, not less; but one issued after the certificate's end proves nothing by silence."""
    node = a_node("early", root, end=AT + DAY)
    assert judge(node, [root], crls=[root.crl(at=AT + DAY)]).status is Status.VALID
    assert judge(node, [root], crls=[root.crl(at=AT + 2 * DAY)]).status is Status.UNKNOWN


def test_forged_list_revokes_nobody(root):
    """A list that the issuer did not sign has no effect."""
    node = a_node("framed", root)
    forged = root.crl((node, AT - DAY), key=ec.generate_private_key(ec.SECP256R1()))
    assert judge(node, [root], crls=[root.crl(), forged]).status is Status.VALID


def test_cache_never_mixes_policies_revocation_lists_or_certificates(root, middle, person):
    """The key of the cache is content, and a wrong hash for a certificate is refused."""
    cache, at_first = ChainCache(), Revocation.of([])
    trusted, empty = a_policy([root], [middle]), a_policy([root])
    sha256 = fingerprint(person.der)
    assert cache.facts(sha256, person.der, trusted, at_first).faults == ()
    assert cache.facts(sha256, person.der, empty, at_first).faults == ("CERTIFICATE_ISSUER_UNKNOWN",)
    assert cache.facts(bytes(32), person.der, trusted, at_first).faults == ("CERTIFICATE_UNREADABLE",)
    assert len(cache) == 2
