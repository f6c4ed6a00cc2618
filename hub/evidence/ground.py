"""What every check of one file shares: whose file it is, the register that it brought, and what was found so far."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.domain.statements import RegisterEntry, read
from hub.errors import Refused
from hub.evidence.bundle import Bundle, Signed
from hub.evidence.report import Findings
from hub.evidence.roots import Roots
from hub.trust import (
    SHA256_HASH,
    ChainCache,
    Entry,
    Snapshot,
    Status,
    TrustPolicy,
    check_entry,
    instant,
    verify_entry,
    verify_statement,
)

__all__ = ["Ground", "authentic_register_of", "ground_of", "register_of"]

_NEEDED = frozenset({"trust_policy", "revocation", "certificate", "official", "source_system"})
_ASKED = _NEEDED - {"official", "source_system"}  # what the signature of a further entry is judged by


@dataclass(frozen=True, slots=True)
class Ground:
    """`so` is a slug; `prefix` stands before the paths of findings: "$", or "$status" for a status file."""

    so: str
    snapshot: Snapshot
    found: Findings
    cache: ChainCache
    prefix: str = "$"

    def judge(self, part: str, path: str, one: Signed, *, typ: str, role: str, at: datetime) -> None:
        """Judge the one signature of a statement by Sở's seal (`so_seal`) or Bộ's (`bo_seal`) at `at`."""
        self.judge_bytes(part, path, one.data, one.signature, typ=typ, role=role, at=at)

    def judge_bytes(
        self, part: str, path: str, data: bytes, signature: str, *, typ: str, role: str, at: datetime
    ) -> None:
        """Judge the signature of a seal over any bytes."""
        owner = "bo" if role == "bo_seal" else f"so-{self.so}"
        verdict = verify_statement(
            data, signature, typ=typ, scope={"owner": owner}, roles={role}, snapshot=self.snapshot, proven_at=at,
            cache=self.cache,
        )  # fmt: skip
        self.found.take(part, verdict.findings, self.prefix + path)


def ground_of(so: str, register: Sequence[Signed], roots: Roots, found: Findings, prefix: str = "$") -> Ground:
    """Read the register that a file brought, entry by entry: each must be signed by whom the ones before it name."""
    cache = ChainCache()
    anchors = roots.anchors_of(so)
    if not anchors:
        found.add("register", "BUNDLE_ROOTS_MISSING")
    known: list[Entry] = []
    later: list[Entry] = []
    before = Snapshot.of(())
    for n, one in enumerate(register):
        path = f"{prefix}.register[{n}]"
        entry = _entry(one, so, n + 1)
        if entry is None:
            found.add("register", "BUNDLE_REGISTER_WRONG", path)
        elif anchors and not _is_authentic(one, before, anchors, cache):
            found.add("register", "BUNDLE_REGISTRAR_UNKNOWN", path)
        else:
            known.append(entry)
            later.append(entry)
            if anchors and entry.kind in _ASKED:
                before, later = before.grown(later) or Snapshot.of(known), []
    _check_policies(known, roots, found)
    return Ground(so, before.grown(later) or Snapshot.of(known), found, cache, prefix)


def authentic_register_of(bundle: Bundle, roots: Roots) -> Snapshot:
    """Return what of a bundle's register is signed by whom the roots, and the entries before it, name."""
    return ground_of(bundle.so, bundle.register, roots, Findings()).snapshot


def register_of(bundle: Bundle) -> Snapshot:
    """Return the register that a bundle brought as it is, for showing names; whether it is true is not asked."""
    return ground_of(bundle.so, bundle.register, Roots(()), Findings()).snapshot


def _entry(one: Signed, so: str, version: int) -> Entry | None:
    """Return the entry that a statement makes, or None when it makes none of this Sở."""
    try:
        statement = read(one.data, RegisterEntry)
        if statement.so != so or statement.kind not in _NEEDED:
            return None
        starts = instant(statement.valid_from)
        ends = instant(statement.valid_to) if isinstance(statement.valid_to, str) else None
        instant(statement.issued_at)
        entry_id = statement.entry_id
        if statement.kind == "revocation":  # a newer list replaces none: an older one may alone speak of its time
            entry_id = f"{entry_id}#{version}"
        entry = Entry(statement.kind, entry_id, starts, ends, statement.payload, version)
        check_entry(entry)
    except Refused:
        return None
    return entry


def _is_authentic(one: Signed, before: Snapshot, anchors: Sequence[bytes], cache: ChainCache) -> bool:
    """Tell whether one signed who may; a file proves no other time of it than the one that the entry states."""
    statement = read(one.data, RegisterEntry)
    verdict = verify_entry(
        statement, one.data, one.signature, anchors=anchors, snapshot=before, proven_at=instant(statement.issued_at),
        cache=cache,
    )  # fmt: skip
    return verdict.status is Status.VALID


def _check_policies(known: Sequence[Entry], roots: Roots, found: Findings) -> None:
    """Refuse policies that name other roots or other log keys than those that were given."""
    policies = [TrustPolicy.of(entry.payload) for entry in known if entry.kind == "trust_policy"]
    for policy in policies:
        named = {root.fingerprint(SHA256_HASH) for root in policy.roots}
        if roots.authorities and not named <= roots.authorities:
            found.add("register", "BUNDLE_ROOT_FOREIGN")
        stamps = {root.fingerprint(SHA256_HASH) for root in policy.timestamp_roots}
        if roots.timestamp_roots and not stamps <= roots.timestamp_roots:
            found.add("register", "BUNDLE_ROOT_FOREIGN")
        for origin in sorted({key.name for key in roots.note_keys}):
            given = {key for key in roots.note_keys if key.name == origin}
            if not set(policy.note_keys(origin)) <= given:
                found.add("register", "BUNDLE_KEY_FOREIGN", origin=origin)
