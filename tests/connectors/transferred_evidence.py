"""Evidence files of transcripts of any school and Sở: signed, accepted, locked, logged and cosigned in memory."""

from functools import cache
from unittest.mock import patch

from hub.domain import Transcript, canonical, pupil_of
from hub.evidence import bundle_bytes
from hub.trust import leaf_bytes, leaf_of, sign
from tests.unit.evidence import builders
from tests.unit.evidence.builders import AT, PEOPLE, SALT_KEY, Keys, Locked, accepted, parts_of, placed, seconds

__all__ = ["evidence_of"]

_OWN = f"so-{builders.SO}"


class _KeysOf(Keys):
    """The same persons' keys, at another Sở."""

    owner = _OWN

    def sign(self, who, data, *, role, typ, at, owner=_OWN):
        """Sign for that Sở what the builders sign for theirs."""
        return super().sign(who, data, role=role, typ=typ, at=at, owner=self.owner if owner == _OWN else owner)

    def statement(self, who, statement, *, role, at, owner=_OWN):
        """As above."""
        return super().statement(who, statement, role=role, at=at, owner=owner)


@cache
def _people() -> tuple[object, dict[str, object]]:
    known = builders.keys()
    return known.pki, known.issued


def evidence_of(transcript: Transcript, so: str) -> bytes:
    """Return the evidence file of a transcript that its school has locked at a Sở; `builders.roots()` trust it."""
    places = {"school": {"school": transcript.school.code}, "so": {"so": so}}
    people = {
        name: (kind, alg, role, places[next(iter(place))] if place else {})
        for name, (kind, alg, role, place) in PEOPLE.items()
    }
    pki, issued = _people()
    with patch.multiple(builders, SO=so, SCHOOL=transcript.school.code, PEOPLE=people):
        keys = _KeysOf(pki, issued)
        keys.owner = f"so-{so}"
        with patch.object(builders, "keys", lambda: keys):
            one = _locked(transcript, keys)
            year = {"school_year": transcript.school_year}
            place = placed(leaf_bytes(one.leaf), **year)
            return bundle_bytes(**parts_of(one, so=so, place=place, receipt=accepted(one.document, so=so)))


def _locked(transcript: Transcript, keys: Keys) -> Locked:
    document = canonical(transcript)
    scope = {"school": transcript.school.code, "school_year": transcript.school_year, "period": transcript.period}
    chain: list[str] = []
    for who in ("teacher", "principal", "seal"):
        signer, role = keys.issued[who].signer, PEOPLE[who][2]
        at = seconds(AT) - 60
        chain.append(
            sign(signer, document, role=role, scope=scope, typ="vn.hocba.transcript/1", iat=at, follows=chain[-1:])
        )
    leaf = leaf_of(
        action="LOCK", document=document, signatures=tuple(chain), salt_key=SALT_KEY, pupil=pupil_of(transcript),
        year=transcript.school_year, period=transcript.period, version=1, locator="01ABCDEFGHJ",
        effective_on="2026-06-20", previous_leaf=None,
    )  # fmt: skip
    return Locked(transcript, document, tuple(chain), leaf)
