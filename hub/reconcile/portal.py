"""The nightly check of what is the portal's own at Bộ: reads, shares, consents; and of how far its role may see.

A superuser who changes or removes such a row breaks a chain, or leaves the log without its row. One who cuts a chain's
end leaves an anchor outside the database that finds no row. One who writes a true row by the functions is not found.
"""

from collections.abc import Iterator

from hub.reconcile.guards import portal_rights
from hub.reconcile.tampered import Tampered
from hub.store import Connection
from hub.store.bo.anchor import Anchor, lost_tails
from hub.store.bo.looks import broken_looks, broken_shares, wrong_shares
from hub.store.queries import queries_of

__all__ = ["check_portal"]

_COMMON = queries_of("common")
_BO = "bo"
_EVERYBODY = "PUBLIC"


def check_portal(connection: Connection, anchor: Anchor | None) -> Iterator[Tampered]:
    """Yield every row of the portal's logs that was changed or is gone, and every right beyond the files."""
    for look in broken_looks(connection):
        yield Tampered("ROW_CHAIN_BROKEN", _BO, "look", f"chain={look.chain} n={look.n}", ("sha256",))
    for n in broken_shares(connection):
        yield Tampered("ROW_CHAIN_BROKEN", _BO, "share_log", f"n={n}", ("sha256",))
    for wrong in wrong_shares(connection):
        code = "ROW_MISSING" if wrong.missing else "ROW_EXTRA"
        yield Tampered(code, _BO, wrong.kind, f"share_id={wrong.share_id}")
    for tail in () if anchor is None else lost_tails(connection, anchor):
        table, _, chain = tail.chain.partition("/")
        key = f"chain={chain} n={tail.n}" if chain else f"n={tail.n}"
        yield Tampered("ROW_TAIL_MISSING", _BO, table, key, (f"{tail.count} rows",))
    yield from _policies(connection)
    yield from _rights(connection)


def _policies(connection: Connection) -> Iterator[Tampered]:
    """Which rows each role sees: the worker all, one other role the record of a look, nobody else anything."""
    for table, policy in connection.execute(_COMMON["guard_policies"]).fetchall():
        yield _guard(table, f"policy={policy}", "changed")


def _rights(connection: Connection) -> Iterator[Tampered]:
    """What anybody but owner and worker may, and what the worker may of the portal's own."""
    allowed = portal_rights()
    for table, right, who, of_worker in connection.execute(_COMMON["guard_grantees"]).fetchall():
        beyond = (table, right) not in allowed.portal or who == _EVERYBODY
        if (table, right) in allowed.withheld if of_worker else beyond:
            yield _guard(table, f"right={right} role={who}", "granted")
    for function, who, of_worker in connection.execute(_COMMON["guard_callers"]).fetchall():
        calls = allowed.worker_calls if of_worker else allowed.portal_calls
        if function not in calls or who == _EVERYBODY:
            yield _guard("pg_proc", f"function={function} role={who}", "granted")


def _guard(table: str, key: str, what: str) -> Tampered:
    return Tampered("ROW_GUARD_CHANGED", _BO, table, key, (what,))
