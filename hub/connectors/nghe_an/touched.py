"""What a page of changes touched: only keys are taken from it; what a record is now is read by a query."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from hub.connectors.nghe_an.description import Catalogue, description
from hub.connectors.nghe_an.pgoutput import (
    Begin,
    Change,
    Commit,
    Message,
    Relation,
    Truncate,
    Values,
    lsn_text,
)
from hub.connectors.nghe_an.place import PENDING_MAX, Walk
from hub.domain.findings import Finding, finding
from hub.errors import Refused

__all__ = ["Touched"]

_RECORDS: Final = "ho_so"
_BY_RECORD: Final = ("ho_so", "diem_mon", "pham_chat_nang_luc", "khoa_so")
_EVERYTHING: Final = (Walk(), Walk(requests=True))
_FINDINGS_MAX = 100
_PENDING_BYTES_MAX = 400_000  # of a cursor


@dataclass
class Touched:
    """Collects the changes of whole transactions, in the order of their commits.

    `keys` of records, with `gone` those of them whose row was deleted or has another key now; `pupils` and `requests`
    by their numbers; `walks` where one row says something of many records. `xids`: lower halves of the transactions'
    numbers. `lsn`: behind the last commit.
    """

    catalogue: Catalogue
    keys: dict[str, None] = field(default_factory=dict)
    gone: dict[str, None] = field(default_factory=dict)
    pupils: dict[str, None] = field(default_factory=dict)
    requests: dict[str, None] = field(default_factory=dict)
    walks: dict[Walk, None] = field(default_factory=dict)
    xids: list[int] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    lsn: str | None = None
    _relations: dict[int, Relation] = field(default_factory=dict)
    _begun: bool = False

    def take(self, message: Message) -> None:
        """Take the next message. Raises Refused SYSTEM_ANSWER_WRONG, SCHEMA_DRIFT."""
        match message:
            case Begin():
                self._between(begun=False)
                self._begun = True
                self.xids.append(message.xid)
            case Commit():
                self._between(begun=True)
                self._begun = False
                self.lsn = lsn_text(message.end_lsn)
            case Relation():
                self.catalogue.check(message)
                self._relations[message.relation_id] = message
            case Change():
                self._between(begun=True)
                self._change(message)
            case Truncate():
                self._between(begun=True)
                self._emptied(message)
            case _:
                pass

    def take_unread(self) -> None:
        """Note that a message was too long to be read: what it touched is not known, so everything is."""
        self.walks |= dict.fromkeys(_EVERYTHING)

    @property
    def is_too_much(self) -> bool:
        """Tell whether so many records were touched that everything is read again."""
        pending = len(self.keys) + len(self.pupils) + len(self.requests)
        return pending > PENDING_MAX or sum(map(len, self.keys)) > _PENDING_BYTES_MAX

    def all_findings(self) -> tuple[Finding, ...]:
        """Return what is told beside the records; where more are gone than are told one by one, that."""
        if len(self.gone) > PENDING_MAX:
            self._tell("SOURCE_TABLE_EMPTIED", _RECORDS, table=_RECORDS)
        return tuple(self.findings)

    def all_walks(self) -> Iterable[Walk]:
        """Return what is to be walked through; when that is everything, nothing else."""
        whole = self.is_too_much or Walk() in self.walks
        return _EVERYTHING if whole else self.walks

    def _between(self, *, begun: bool) -> None:
        if self._begun != begun:
            raise Refused("SYSTEM_ANSWER_WRONG", {"reason": "pgoutput: begin and commit do not alternate"})

    def _change(self, change: Change) -> None:
        relation = self._relations.get(change.relation_id)
        if relation is None:
            raise Refused("SYSTEM_ANSWER_WRONG", {"reason": "pgoutput: a change of an unknown table"})
        old = None if change.old is None else _key(relation, change.old)
        new = None if change.new is None else _key(relation, change.new)
        if relation.name not in description():
            return
        for key in dict.fromkeys(key for key in (old, new) if key is not None):
            self._touch(relation.name, key)
        if relation.name == _RECORDS and old is not None and old != new:
            self.gone[old[0]] = None
            if new is not None:
                self._tell("SOURCE_KEY_CHANGED", old[0], key=new[0])

    def _touch(self, table: str, key: tuple[str, ...]) -> None:
        if table in _BY_RECORD:
            self.keys[key[0]] = None
        elif table == "hoc_sinh":
            self.pupils[key[0]] = None
        elif table == "yeu_cau_mo_khoa":
            self.requests[key[0]] = None
        elif table == "truong":
            self.walks[Walk(school=key[0])] = None
        else:
            self.walks[Walk(year=key[0], semester=key[1])] = None

    def _emptied(self, truncate: Truncate) -> None:
        for relation_id in truncate.relation_ids:
            relation = self._relations.get(relation_id)
            if relation is None:
                raise Refused("SYSTEM_ANSWER_WRONG", {"reason": "pgoutput: an unknown table"})
            if relation.name in description():
                self._tell("SOURCE_TABLE_EMPTIED", relation.name, table=relation.name)
                self.walks |= dict.fromkeys(_EVERYTHING)

    def _tell(self, code: str, path: str, **facts: str) -> None:
        if len(self.findings) < _FINDINGS_MAX:
            self.findings.append(finding(code, path, facts=facts))


def _key(relation: Relation, values: Values) -> tuple[str, ...]:
    """Return the key of a row in the order of the description. Raises Refused SYSTEM_ANSWER_WRONG where it has none."""
    if len(values) != len(relation.columns):
        raise Refused("SYSTEM_ANSWER_WRONG", {"reason": "pgoutput: a row of another length"})
    if relation.name not in description():
        return ()
    row = {column.name: value for column, value in zip(relation.columns, values, strict=True)}
    found = [row.get(name) for name in description()[relation.name].key]
    if any(value is None for value in found):
        raise Refused("SYSTEM_ANSWER_WRONG", {"reason": "pgoutput: a row without its key"})
    return tuple((value or b"").decode("utf-8", "replace") for value in found)
