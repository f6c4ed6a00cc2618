"""The people of the demonstration (ADR 0026): what a connector has prepared waits for them, and here they sign.

They do what `hub sign` does at a school, no more: each role of the class in its order, then the submissions; and what
`hub seal` does at a Sở for records that no person signs.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from hub.client import Batch, Sealed, is_batch, load_batch, seal_batch, sign_batch
from hub.client.submitting import sign_submissions
from hub.domain import read
from hub.errors import Refused
from hub.local.population import Population, SchoolClass, Signer, SyntheticSchool
from hub.local.population.officials import signers_of
from hub.signing import Signer as Key

__all__ = ["Keys", "chain_of", "sealer_of", "sign_folder", "sign_waiting"]

Keys = Callable[[str], Key]
"""Staff id -> the key that signs."""

_SEALS = {"system_seal": "HS", "so_seal": "DAU"}
_PASSED_OVER = frozenset({".new", ".overtaken"})
_ALL_SIGNED, _MADE_ANEW = "SIGNING_ROLE_SIGNED", "BATCH_DAMAGED"


def sign_waiting(folder: Path, population: Population, keyring: Keys, at: datetime) -> int:
    """Sign every batch that waits in a connector's folder; return how many submissions were signed.

    One that the runner makes anew meanwhile is left for the next time.
    """
    count = 0
    for path in _waiting(folder / "batches"):
        try:
            count += sign_folder(path, population, keyring, at)
        except FileNotFoundError:
            continue
        except Refused as error:
            if error.code != _MADE_ANEW or path.exists():
                raise
    return count


def sign_folder(path: Path, population: Population, keyring: Keys, at: datetime) -> int:
    """Sign one batch to its end, all roles and its submissions; return how many submissions. Repeating adds nothing."""
    batch = load_batch(path)
    if batch.sealed is not None:
        return seal_batch(batch, keyring(sealer_of(population, batch, batch.sealed)), at)[1]
    chain = chain_of(population, batch)
    for signer in chain:
        try:
            sign_batch(batch, signer.role, keyring(signer.person), int(at.timestamp()))
        except Refused as error:
            if error.code != _ALL_SIGNED:
                raise
    principal = chain[-2]
    return sign_submissions(batch, keyring(principal.person), principal.role, at)


def _waiting(batches: Path) -> Iterator[Path]:
    """Yield the batches without a signed submission; the runner puts one away that grew too old."""
    for path in sorted(batches.iterdir()) if batches.is_dir() else ():
        if path.suffix not in _PASSED_OVER and is_batch(path) and not any(path.glob("commands/*.jws")):
            yield path


def sealer_of(population: Population, batch: Batch, sealed: Sealed) -> str:
    """Return whose seal a batch needs: of the source system at the Sở to which the school belonged, or of that Sở."""
    school = next(s for s in population.schools() if s.code == batch.school)
    return f"{_SEALS[sealed.role]}-{school.so_in(batch.school_year)}"


def chain_of(population: Population, batch: Batch) -> tuple[Signer, ...]:
    """Return who signs a batch, in order: the people of the class that its documents name."""
    transcript = read(batch.document(batch.documents[0].document_sha256)).transcript
    assert transcript is not None
    school = next(s for s in population.schools() if s.code == batch.school)
    return signers_of(school, _class(school, transcript.class_))


def _class(school: SyntheticSchool, name: str) -> SchoolClass:
    """Return the class of this year, or the one that had this name the year before."""
    found = next((c for c in school.classes if c.name == name), school.history_class)
    assert found is not None
    return found
