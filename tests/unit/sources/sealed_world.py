"""A system whose records are attested, its extracts, and documents that were made of them: right, or changed."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime

import msgspec

from hub.connectors import Context, SourceRecord, load
from hub.connectors.sdk import extract_bytes
from hub.domain.reading import canonical
from hub.domain.transcript import School
from hub.sources import ChildLimits
from hub.trust import Origin, SealedItem, SourceSystem
from tests.unit.connectors.mapping.kept_files import DOOR, a_row, a_sealed_connector

AT = datetime(2026, 6, 1, 3, 0, tzinfo=UTC)
SYSTEM = SourceSystem("so-lieu-thu", "tien-giang", "attested", "extract", "so-thu")
SCHOOL = School(code="82020001", name="Trường Tiểu học Mẫu", province="82")

# A connector that does what its record's field `lam` says, before it gives the record.
MISBEHAVING = DOOR.replace(
    "        return (extract_record(data),)\n",
    """\
        record = extract_record(data)
        getattr(self, (record.value or {}).get("lam", "gi_ca"))()
        return (record,)

    def gi_ca(self):
        pass

    def chet(self):
        os.kill(os.getpid(), 9)

    def ngu(self):
        time.sleep(1000)

    def quay(self):
        while True:
            pass

    def an(self):
        return bytearray(2**42)

    def mang(self):
        try:
            socket.create_connection(("127.0.0.1", 9))
        except BaseException:
            pass

    def ghi(self):
        try:
            open("/tmp/hub-viet", "w")
        except BaseException:
            pass

    def con(self):
        try:
            subprocess.run(["true"])
        except BaseException:
            pass

    def loi(self):
        raise KeyError("Nguyễn")

    def in_ra(self):
        print("R" * 100)
""",
).replace(
    "from pathlib import Path", "import os\nimport socket\nimport subprocess\nimport time\nfrom pathlib import Path"
)


class Played:
    """The connector in a folder, and items of it."""

    def __init__(self, folder):
        self.folder = a_sealed_connector(folder)
        (self.folder / "__init__.py").write_text(MISBEHAVING, "utf-8")
        self.connector = load(self.folder)

    def load(self, name):
        assert name == "so-thu"
        return self.connector

    def limits(self, **changes):
        """Return limits of a child that knows this connector alone."""
        program = (
            "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from hub.connectors import load; "
            "from hub.sources.child import run_child; "
            f"run_child(int(sys.argv[2]), int(sys.argv[3]), lambda name: load({str(self.folder)!r}))"
        )
        return ChildLimits(**{"program": program, **changes})

    def item(self, version="1", system=SYSTEM, change=None, source=None, **row):
        """Return a right item; `change` is given the transcript and returns another; `row` changes the record."""
        record = SourceRecord("TG-1", "1", "x", a_row(**row))
        mapping = self.connector.mappings[int(version) - 1]
        made = mapping.mapper.forward(record, Context(school=lambda code, year: SCHOOL)).transcript
        data = extract_bytes(system.system, record) if source is None else source
        origin = Origin(
            grade=system.grade, mapping=mapping.name, mapping_sha256=mapping.sha256,
            source_sha256=hashlib.sha256(data).hexdigest(), system=system.system,
        )  # fmt: skip
        document = canonical(made if change is None else change(made))
        return SealedItem(document, origin, system, (), data, AT)


def with_origin(item, **changes):
    """Return the item with other members of its origin."""
    return replace(item, origin=msgspec.structs.replace(item.origin, **changes))


def codes(findings):
    """Return the codes of one item's findings."""
    return [found.code for found in findings]
