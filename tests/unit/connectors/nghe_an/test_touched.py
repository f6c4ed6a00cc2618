"""What changes touch: the records, and nothing of what stands in them."""

import pytest

from hub.connectors.nghe_an.description import Catalogue, description
from hub.connectors.nghe_an.pgoutput import read_message
from hub.connectors.nghe_an.place import PENDING_MAX, Place, Walk, read_place, written_place
from hub.connectors.nghe_an.slot import is_over
from hub.connectors.nghe_an.touched import Touched
from hub.errors import Refused
from tests.unit.connectors.nghe_an.messages import begin, change, commit, relation, row, truncate

TEXT = 25
TABLES = {name: number for number, name in enumerate(description(), 1)}
TYPES = {(name, column): (TEXT, -1) for name, table in description().items() for column in table.key}


def touched(*messages, of=("ho_so",)):
    """Return what one transaction touches, in tables that were announced."""
    found = Touched(Catalogue("hoc_ba", TYPES))
    announced = [relation(TABLES[name], name, [(key, TEXT, True) for key in description()[name].key]) for name in of]
    for data in (begin(), *announced, *messages, commit()):
        found.take(read_message(data))
    return found


def test_a_mark_touches_its_record():
    """A row beside a record is a change of the record."""
    found = touched(change(TABLES["diem_mon"], new=row("NA-1", "toan")), of=("diem_mon",))
    assert list(found.keys) == ["NA-1"]
    assert found.lsn == "0/1010"


def test_a_changed_key_is_told_and_both_are_read():
    """The old record may be gone, the new one is another: neither is lost in silence."""
    found = touched(change(TABLES["ho_so"], old=row("NA-1"), new=row("NA-2")))
    assert (list(found.keys), list(found.gone)) == (["NA-1", "NA-2"], ["NA-1"])
    assert [(one.code, one.path) for one in found.findings] == [("SOURCE_KEY_CHANGED", "NA-1")]


def test_a_deleted_record_is_gone_and_a_deleted_mark_is_a_change():
    """Only the row of the record itself makes it gone."""
    found = touched(
        change(TABLES["ho_so"], old=row("NA-1")), change(TABLES["diem_mon"], old=row("NA-2", "toan")),
        of=("ho_so", "diem_mon"),
    )  # fmt: skip
    assert (list(found.keys), list(found.gone)) == (["NA-1", "NA-2"], ["NA-1"])


def test_an_emptied_table_is_told_and_everything_read():
    """TRUNCATE names no row."""
    found = touched(truncate(TABLES["ho_so"]))
    assert [one.code for one in found.findings] == ["SOURCE_TABLE_EMPTIED"]
    assert Walk() in found.all_walks()


def test_a_school_and_a_window_mean_a_walk():
    """One row says something of many records."""
    found = touched(
        change(TABLES["truong"], new=row("40020001")), change(TABLES["dot_nhap_diem"], new=row("2025-2026", "2")),
        of=("truong", "dot_nhap_diem"),
    )  # fmt: skip
    assert list(found.all_walks()) == [Walk(school="40020001"), Walk(year="2025-2026", semester="2")]


def test_too_many_records_mean_a_walk_through_all():
    """A cursor has an end."""
    found = touched(*(change(TABLES["ho_so"], new=row(f"NA-{n}")) for n in range(PENDING_MAX + 1)))
    assert found.is_too_much
    assert list(found.all_walks()) == [Walk(), Walk(requests=True)]


@pytest.mark.parametrize(
    ("columns", "schema"),
    [([("ma", TEXT, True)], "hoc_ba"), ([("ma_ho_so", 23, True)], "hoc_ba"), ([("ma_ho_so", TEXT, False)], "hoc_ba"),
     ([("ma_ho_so", TEXT, True), ("moi", TEXT, False)], "hoc_ba")],
)  # fmt: skip
def test_a_table_that_looks_different_stops(columns, schema):
    """A column of another name, type or meaning, or a new one, before any of its rows is taken."""
    found = Touched(Catalogue("hoc_ba", TYPES))
    with pytest.raises(Refused) as refused:
        found.take(read_message(relation(1, "ho_so", columns, schema)))
    assert refused.value.code == "SCHEMA_DRIFT"


def test_changes_outside_a_transaction_are_refused():
    """Begin and commit take turns; a change of a table that nobody announced has no meaning."""
    for messages in ([commit()], [begin(), begin()], [change(1, new=row("NA-1"))], [begin(), change(99, new=row("x"))]):
        found = Touched(Catalogue("hoc_ba", TYPES))
        for data in messages[:-1]:
            found.take(read_message(data))
        with pytest.raises(Refused) as refused:
            found.take(read_message(messages[-1]))
        assert refused.value.code == "SYSTEM_ANSWER_WRONG"


@pytest.mark.parametrize(
    ("xid", "xmin", "xmax", "running", "over"),
    [
        (5, 10, 12, [], True), (10, 10, 12, [10], False), (11, 10, 12, [10], True), (12, 10, 12, [], False),
        (2**32 - 3, 2**32 + 10, 2**32 + 12, [], True), (4, 2**32 - 1, 2**32 + 3, [], False),
        (1, 2**32 - 1, 2**32 + 3, [2**32 + 1], False), (1, 2**32 - 1, 2**32 + 3, [], True),
    ],
)  # fmt: skip
def test_a_transaction_is_over_also_where_its_number_wraps(xid, xmin, xmax, running, over):
    """The stream has 32 bits of a number, a snapshot 64."""
    assert is_over(xid, xmin, xmax, running) is over


def test_a_cursor_says_everything():
    """What is pending stands in it, and another text is refused."""
    place = Place(database="1/2", lsn="0/1A", keys=("a", "b"), gone=("b",), requests=("1",), walks=(Walk(school="4"),))
    assert read_place(written_place(place)) == place
    assert place.without(1, 1) == Place(database="1/2", lsn="0/1A", keys=("b",), gone=("b",), walks=(Walk(school="4"),))
    with pytest.raises(Refused) as refused:
        read_place('{"database":"1/2","moc":3}')
    assert refused.value.code == "CURSOR_REFUSED"
