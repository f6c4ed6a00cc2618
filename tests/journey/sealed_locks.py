"""Sealed transcripts on their way: rounds that a Sở opens and locks for a school whose records its system signs."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import msgspec

from hub.client import act_outbounds, lock_act, opening_entry, sign_act
from hub.connectors.sdk import SourceRecord
from hub.connectors.signed import read_xades
from hub.connectors.tien_giang import connector
from hub.decision import set_root
from hub.domain.statements import RoundName, SoLockItem
from tests.journey.sealing import SO, Sealed, Sealer, Signing, enter
from tests.journey.world import World
from tests.unit.connectors.tien_giang.builders import a_file, signers

__all__ = ["SealedLock", "a_sealer", "lock_sealed", "opened_for_so", "record_of", "source_of"]

_POLICY = {"completeness": "ignore", "decision": "QĐ-9/SGDĐT", "so_may_lock": True, "so_cohorts": ["supplementary"]}


@dataclass(frozen=True)
class SealedLock:
    """One sealed transcript that is locked and known at Bộ, and whose pupil it is about."""

    sealed: Sealed
    lock_id: bytes
    pupil: str


@contextmanager
def opened_for_so(world: World, *names: RoundName) -> Iterator[None]:
    """Open rounds for the first school of the Sở, and let the Sở lock them until this ends."""
    school, year, since = world.school(SO), world.population.school_year, world.at - timedelta(days=1)
    for name in names:
        opened = opening_entry(SO, school.code, year, name.cohort, name.number, "QĐ-9", "Hồ sơ", since)
        enter(world, opened.kind, opened.entry_id, opened.payload)
    enter(world, "lock_policy", "lock-policy", _POLICY)
    yield
    enter(world, "lock_policy", "lock-policy", _POLICY | {"so_may_lock": False})


@contextmanager
def a_sealer(world: World, *names: RoundName) -> Iterator[Signing]:
    """Register a system that seals for that school, open the rounds, and let the Sở lock them until this ends."""
    made = Signing.register(world, world.school(SO))
    with opened_for_so(world, *names):
        yield made


def source_of(sealer: Signing) -> tuple[bytes, SourceRecord]:
    """Return a signed class file of a new pupil with a remark and the code HTX in mathematics, and the record in it."""
    source, _ = sealer.class_file(1)
    value: Any = msgspec.json.decode(msgspec.json.encode(record_of(source).value))
    mathematics = next(subject for subject in value["HocSinh"]["MonHoc"] if subject["ma"] == "TOAN")
    mathematics["muc"] = "HTX"
    changed = a_file(records=(value,)).data
    return changed, record_of(changed)


def record_of(source: bytes) -> SourceRecord:
    """Return the only record of a class file."""
    (row,) = connector().rows(read_xades(source, signers()).data)
    return row


def lock_sealed(world: World, sealer: Sealer, name: RoundName, sealed: Sealed) -> SealedLock:
    """Hand a sealed transcript in, lock its round by an act of the Sở, and wait until Bộ has it."""
    (answer,) = world.ask(sealer.submission(name, sealed))
    assert (answer.outcome, answer.codes) == ("accepted", set()), answer
    school, year = sealer.school.code, world.population.school_year
    item = SoLockItem(count=1, root=set_root([bytes.fromhex(sealed.sha256)]).hex(), school=school)
    act = lock_act(SO, year, name, [item], "16/QĐ-SGDĐT", "Hồ sơ niêm phong", world.at)
    (locked,) = world.ask(*(o.sending for o in act_outbounds(sign_act(act, world.people(f"LD-{SO}-001"), world.iat))))
    assert (locked.outcome, locked.codes) == ("accepted", set()), locked
    row = world.database(SO).execute(
        "SELECT r.lock_id, d.pupil FROM round r JOIN document d ON (d.school, d.school_year, d.cohort, d.round_number) "
        "= (r.school, r.school_year, r.cohort, r.number) WHERE d.document_sha256 = %s", (bytes.fromhex(sealed.sha256),),
    ).fetchone()  # fmt: skip
    assert row is not None
    world.receipt(SO, bytes(row[0]).hex(), "ingested")
    return SealedLock(sealed, bytes(row[0]), row[1])
