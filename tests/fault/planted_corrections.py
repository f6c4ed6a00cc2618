"""What may be wrong about a correction: each violation with the checks that must notice it, and no other."""

__all__ = ["PLANTS"]

_ASKED, _CORRECTED, _BO = "so_ha_noi", "so_nghe_an", "bo"
"""In one Sở corrections were asked for and ended otherwise; in the other one was locked."""
_CHAIN = {"corrected_versions", "manifest_roots", "bo_equals_so", "outbox_and_topics"}
_ANOTHER = "(SELECT max(certificate_sha256) FROM correction_step WHERE event = 'request')"
_LINK = "set_byte(leaf, position('previous_leaf'::bytea in leaf) + 20, 48)"

# name: (checks that must fail, database, table, change). Where several fail, the later ones follow from the first.
PLANTS: dict[str, tuple[set[str], str, str, str]] = {
    "a step of a correction was taken by another person": (
        {"corrections"}, _ASKED, "correction_step",
        "UPDATE correction_step SET person = 'GV-0' WHERE event = 'confirm'",
    ),
    "a step of a correction was taken with the certificate of who asked": (
        {"corrections"}, _ASKED, "correction_step",
        f"UPDATE correction_step SET certificate_sha256 = {_ANOTHER} WHERE event = 'confirm'",
    ),
    "a step of a correction was taken at another time": (
        {"corrections"}, _ASKED, "correction_step",
        "UPDATE correction_step SET at = at + interval '1 hour' WHERE event = 'approve'",
    ),
    "a step of a correction is gone": (
        {"corrections"}, _ASKED, "correction_step", "DELETE FROM correction_step WHERE event = 'submit'",
    ),
    "a correction stands where no step led it": (
        {"corrections"}, _ASKED, "correction", "UPDATE correction SET state = 'confirmed' WHERE state = 'rejected'",
    ),
    "more may be corrected than was asked": (
        {"corrections"}, _ASKED, "correction", "UPDATE correction SET fields = fields || '{$.class}'",
    ),
    "who approved had no office yet: the register is another one": (
        {"corrections", "register"}, _ASKED, "register_entry",
        "UPDATE register_entry SET version = version + 1000000 "
        "WHERE kind = 'official' AND payload ->> 'role' = 'so_officer'",
    ),
    "a window closes later than was decided": (
        {"windows"}, _ASKED, "correction",
        "UPDATE correction SET closes_at = closes_at + interval '1 day' WHERE state = 'approved'",
    ),
    "a window is over and stands open": (
        {"windows"}, _ASKED, "correction",
        "UPDATE correction SET closes_at = now() - interval '1 hour' WHERE state = 'approved'",
    ),
    "a window closed before its time": (
        {"windows"}, _ASKED, "correction",
        "UPDATE correction SET closes_at = closes_at + interval '1 day' WHERE state = 'expired'",
    ),
    "a corrected version came behind its window": (
        {"corrected_versions"}, _CORRECTED, "document",
        "UPDATE document SET appended_at = appended_at + interval '30 days' WHERE cohort = 'correction'",
    ),
    "a leaf of a correction is called another thing than it says": (
        {"corrected_versions", "manifest_roots", "bo_equals_so"}, _CORRECTED, "leaf",
        "UPDATE leaf SET action = 'LOCK' WHERE action = 'SUPERSEDES'",
    ),
    "a leaf of a correction names another one before it": (
        _CHAIN, _CORRECTED, "leaf", f"UPDATE leaf SET leaf = {_LINK} WHERE action = 'SUPERSEDES'",
    ),
    "a version is superseded without being unlocked": (
        _CHAIN | {"sums"}, _CORRECTED, "leaf", "DELETE FROM leaf WHERE action = 'UNLOCK'",
    ),
    "a superseded version is in force again beside its correction": (
        {"corrected_versions", "one_version", "states", "sums"}, _CORRECTED, "document",
        "UPDATE document SET state = 'open' WHERE state = 'superseded'",
    ),
    "the superseded version is not to be read any more": (
        {"corrected_versions", "states", "sums"}, _CORRECTED, "document",
        "UPDATE document SET state = 'recalled' WHERE state = 'superseded'",
    ),
    "Bộ calls a superseding version an ordinary one": (
        {"bo_equals_so"}, _BO, "document", "UPDATE document SET action = 'LOCK' WHERE action = 'SUPERSEDES'",
    ),
    "Bộ lost what was unlocked": (
        {"bo_equals_so", "sums"}, _BO, "document", "DELETE FROM document WHERE action = 'UNLOCK'",
    ),
}  # fmt: skip
