"""What Bộ's database shows the portal, on a real server: one logged record at a time, and how often anybody guessed."""

import secrets
import uuid
from dataclasses import replace
from datetime import date, timedelta

import psycopg
import pytest
from msgspec.structs import replace as replace_struct

from hub.app import COSIGNER
from hub.domain.civil import last_day
from hub.evidence import Bundle, read_file
from hub.signing import load_keyring
from hub.store import open_connection
from hub.store.bo.looks import broken_looks
from hub.store.bo.portal import Consented, PortalDatabase, PortalKey, PortalShareKey
from hub.trust import decode_base64
from hub.web.portal.bo import BoPortalStore
from hub.web.portal.store import Key, Reading
from tests.journey.deciding import a_link, lock_this
from tests.journey.families import FROM, SO, Family, a_family, a_slip, now, wrong_keys
from tests.journey.world import World, eventually


def read(door: PortalDatabase, key: PortalKey | PortalShareKey, *years: str) -> list[bytes] | None:
    with door.read(key, "history", "Xem học bạ", FROM, years, now()) as opened:
        return None if opened is None else [v.document_sha256 for v in door.versions(opened)]


def hashes(*families: Family) -> list[bytes]:
    return sorted(bytes.fromhex(f.locked.documents[0].sha256) for f in families)


def test_portal_role_reads_no_record_without_a_look(world: World, door: PortalDatabase) -> None:
    """Not a row of a transcript, whatever setting it makes; no roster; and nothing of slips, looks, shares, pupils."""
    family = a_family(world)
    with open_connection(world.hub.portal_database_url or "") as portal:
        for shown in ("", "0" * 64, family.pupil):
            portal.execute(
                "SELECT set_config('hub.look', %s, false), set_config('hub.pupil', %s, false)", (shown, family.pupil)
            )
            assert portal.execute("SELECT count(*) FROM document").fetchone() == (0,)
        assert portal.execute("SELECT count(*) FROM register_entry WHERE kind = 'roster'").fetchone() == (0,)
        assert (portal.execute("SELECT count(*) FROM register_entry").fetchone() or (0,))[0] > 0
        for table in ("slip", "look", "look_failure", "look_decoy", "share", "consent", "pupil", "identity_link",
                      "outbox", "placement", "staged_chunk", "conflict"):  # fmt: skip
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                portal.execute(f"SELECT * FROM {table}".encode())


def test_portal_role_writes_nothing_itself(world: World) -> None:
    """No INSERT, UPDATE, DELETE or TRUNCATE on any table, and none of the functions that others call."""
    with open_connection(world.hub.portal_database_url or "") as portal:
        tables = portal.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v')"
        ).fetchall()
        assert len(tables) > 20
        for (table,) in tables:
            rights = portal.execute(
                "SELECT r FROM unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) r"
                " WHERE has_table_privilege(format('public.%%I', %s::text), r)", (table,),
            ).fetchall()  # fmt: skip
            assert rights == [], table
        for call in ("portal_log('slip', '', 'id:1', NULL, '', '', '', '', now())", "portal_count('', '', now())",
                     "portal_person('id:1')", "portal_key(NULL, now())"):  # fmt: skip
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                portal.execute(f"SELECT {call}".encode())


def test_look_opens_that_pupil_and_nobody_else(world: World, door: PortalDatabase) -> None:
    one, other = a_family(world), a_family(world)
    assert read(door, one.key) == hashes(one)
    assert read(door, other.key) == hashes(other)
    with door.read(one.key, "history", "Xem", FROM, (), now()) as opened:
        assert opened is not None
        pupils = opened.execute("SELECT DISTINCT pupil FROM document").fetchall()
        assert pupils == [(one.pupil,)]
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction), opened.transaction():
            opened.execute("CREATE TEMP TABLE t (n int)")


def test_look_opens_the_years_that_were_named(world: World, door: PortalDatabase) -> None:
    family = a_family(world)
    assert read(door, family.key, "2025-2026") == hashes(family)
    assert read(door, family.key, "2024-2025") == []


def test_ticket_of_a_look_opens_nothing_before_it_is_committed(world: World) -> None:
    """Who reads and rolls back has read nothing: no read stands outside the log."""
    family = a_family(world)
    with open_connection(world.hub.portal_database_url or "") as portal:
        ticket = secrets.token_hex(32)
        with portal.transaction(force_rollback=True):
            looked = portal.execute(
                "SELECT portal_look(ROW(%s, %s, %s, '\\x01', '\\x02')::portal_shown, '', 'history', 'x', '{}',"
                " sha256(%s), now())",
                (family.key.locator, family.key.commitment_hmac, family.key.birth_date.isoformat(), ticket.encode()),
            ).fetchone()
            portal.execute("SELECT set_config('hub.look', %s, true)", (ticket,))
            assert looked == (True,)
            assert portal.execute("SELECT count(*) FROM document").fetchone() == (0,)
        portal.execute("SELECT set_config('hub.look', %s, false)", (ticket,))
        assert portal.execute("SELECT count(*) FROM document").fetchone() == (0,)


def test_every_read_is_in_the_log_and_the_chain_tells_a_changed_row(world: World, door: PortalDatabase) -> None:
    """An owner that switches triggers off and changes, or takes, a row is found by working the chain out again."""
    family = a_family(world)
    for _ in range(3):
        assert read(door, family.key) is not None
    looks = door.looks(family.key, now(), 200)
    assert looks is not None
    assert [(who, record, purpose, years) for _, who, _, record, purpose, years in looks] == [
        ("slip", "history", "Xem học bạ", None)
    ] * 3
    with open_connection(world.hub.servers.bo_urls().owner_url or "") as owner:
        assert broken_looks(owner) == []
        place = owner.execute("SELECT chain, n FROM look WHERE pupil = %s ORDER BY n", (family.pupil,)).fetchall()[1]
        for change in (
            "UPDATE look SET purpose = 'khác' WHERE (chain, n) = (%s, %s)",
            "DELETE FROM look WHERE (chain, n) = (%s, %s)",
        ):
            with owner.transaction(force_rollback=True):
                owner.execute("ALTER TABLE look DISABLE TRIGGER ALL")
                owner.execute(change.encode(), place)
                assert [(b.chain, b.n) for b in broken_looks(owner)] in ([place], [(place[0], place[1] + 1)])
        for statement in (
            "TRUNCATE look CASCADE",
            "DELETE FROM look",
            "UPDATE look SET purpose = ''",
            "TRUNCATE look_failure",
        ):
            with pytest.raises(psycopg.Error, match="refused"):
                owner.execute(statement.encode())
        assert broken_looks(owner) == []


def test_whatever_does_not_match_is_answered_alike_and_counted(
    world: World, door: PortalDatabase, unlimited: psycopg.Connection
) -> None:
    family = a_family(world)
    counting = "begun_at > now() - interval '31 min'"  # what is older may go meanwhile
    query = f"SELECT coalesce(sum(count), 0) FROM look_failure WHERE scope = %s AND {counting}"
    calls = {"locator": 12, "all": 12, "network": 6, "pair": 6}  # a session's pages name no network
    before = {scope: (unlimited.execute(query.encode(), (scope,)).fetchone() or (0,))[0] for scope in calls}
    for wrong in wrong_keys(family.key).values():
        assert door.knows(wrong, FROM, now()) is False
        assert read(door, wrong) is None
        assert door.looks(wrong, now(), 9) is None
        assert door.shares(wrong, now()) is None
    for scope, count in before.items():
        assert unlimited.execute(query.encode(), (scope,)).fetchone() == (count + calls[scope],)
    assert door.knows(family.key, FROM, now()) is True


@pytest.mark.parametrize("known", ["2017", "2017-05"])
def test_pupil_of_whose_birth_only_the_year_or_month_is_known_is_found(
    world: World, door: PortalDatabase, unlimited: psycopg.Connection, known: str
) -> None:
    """Whatever is typed within it is right, what lies outside is not; who must agree to a share is known too."""
    school = world.school(SO, 0)
    made = world.leaver(school)
    made = replace_struct(made, student=replace_struct(made.student, birth_date=known))
    key = a_slip(world, lock_this(world, school, made))
    within = [date(2017, 5, 1), date(2017, 5, 31)]
    assert [door.knows(replace(key, birth_date=day), FROM, now()) for day in within] == [True, True]
    assert door.knows(replace(key, birth_date=date(2016, 5, 31)), FROM, now()) is False
    assert door.knows(replace(key, birth_date=date(2017, 12, 31)), FROM, now()) is (known == "2017")
    born = unlimited.execute("SELECT portal_born(%s)", (known,)).fetchone()
    assert born == (last_day(known),)
    agreed = [Consented("guardian", "dev", "me", now()), Consented("pupil", "dev", "con", now())]
    until = now() + timedelta(days=1)
    assert door.add_share(key, a_share()[0], "B", "C", ["2025-2026"], until, agreed, now()) is True


def test_newer_slip_ends_the_older_one(world: World, door: PortalDatabase) -> None:
    family = a_family(world)
    newer = a_slip(world, family.locked)
    assert (door.knows(family.key, FROM, now()), door.knows(newer, FROM, now())) == (False, True)


def test_linked_identifiers_are_one_pupil(world: World, door: PortalDatabase) -> None:
    """After the link the newest slip opens both, and the older one has ended; who looked shows both."""
    first = a_family(world)
    assert read(door, first.key) == hashes(first)
    second = a_family(world)
    (answer,) = world.ask(
        a_link(world, second.locked.school, first.locked.transcripts[0], second.locked.transcripts[0])
    )
    assert answer.outcome == "accepted"
    eventually("both", lambda: sorted(read(door, second.key) or []) == hashes(first, second))
    assert read(door, first.key) is None
    looks = door.looks(second.key, now(), 200)
    assert looks is not None
    assert len(looks) >= 2


def a_share(*years: str) -> tuple[PortalShareKey, list[str]]:
    return PortalShareKey(str(uuid.uuid4()), secrets.token_bytes(32)), list(years)


def test_share_opens_its_years_until_it_is_revoked(world: World, door: PortalDatabase) -> None:
    """With everybody's consent; the family sees that the recipient looked, and ends it."""
    family = a_family(world)
    share, years = a_share("2025-2026")
    both = [Consented("guardian", "dev", "me", now()), Consented("pupil", "dev", "con", now())]
    until = now() + timedelta(days=30)
    made = ("Trường B", "Tuyển sinh", years, until)
    assert door.add_share(family.key, a_share()[0], *made, [], now()) is False
    younger = door.add_share(family.key, a_share()[0], *made, both[:1], now())
    assert door.add_share(family.key, share, *made, both, now()) is True
    assert younger is (_age(family) < 7)
    assert read(door, share) == hashes(family)
    assert read(door, share, "2024-2025") == []
    assert read(door, replace(share, code_hmac=bytes(32))) is None
    found = door.looks(family.key, now(), 200)
    assert found is not None
    assert ("share", "Trường B") in [(who, recipient) for _, who, recipient, *_ in found]
    assert (door.share_of(share, now()) or ())[1:3] == ("Trường B", "Tuyển sinh")
    listed = door.shares(family.key, now())
    assert listed is not None
    assert [row[-1] for row in listed if str(row[0]) == share.share_id] == [2]
    stranger = a_family(world)
    assert door.revoke(stranger.key, share.share_id, now()) is False
    assert door.revoke(family.key, share.share_id, now()) is True
    assert door.knows(share, FROM, now()) is False
    assert read(door, share) is None


def test_clock_of_another_time_opens_nothing(world: World, door: PortalDatabase) -> None:
    """A portal whose clock stands still would bring windows and shares back."""
    family = a_family(world)
    with pytest.raises(Exception, match="DATABASE_REFUSED"):
        door.knows(family.key, FROM, now() - timedelta(hours=1))


def test_document_is_told_by_its_hash_alone(world: World, door: PortalDatabase) -> None:
    family = a_family(world)
    assert door.standing(hashes(family)[0]) == (1, 1)
    assert door.standing(bytes(32)) is None


def _age(family: Family) -> int:
    return (now().date() - family.key.birth_date).days // 365


def test_pages_get_the_record_with_its_evidence_file_from_the_portals_role(world: World) -> None:
    """The evidence file is made of Bộ's copy by the same role, and a share gives its one year."""
    family = a_family(world)
    store = BoPortalStore(
        world.hub.portal_database_url or "",
        load_keyring(world.hub.secrets / "bo", COSIGNER).slip_key,
        secrets.token_bytes,
    )
    key = Key(family.key.locator, family.key.commitment_hmac, family.key.birth_date)
    with store.open(key, Reading("bundle", "Tải tệp chứng thực", FROM), now()) as opened:
        assert opened is not None
        (version,) = opened.versions()
        assert version.document == family.locked.documents[0].document
        assert opened.birth_date == family.key.birth_date
        bundle = opened.bundle(version)
    file = read_file(bundle, Bundle)
    assert decode_base64(file.document) == version.document
    assert store.register(SO).policy(now()) is not None
    store.close()
