"""Bản khai: the manifest says what the connector is, and what it says is there."""

from collections.abc import Iterator

from hub.connect.check.golden import golden_files
from hub.connect.check.outcome import NotApplicable
from hub.connect.check.subject import Subject
from hub.connectors.sdk import Manifest, Opened, read_manifest
from hub.domain import department
from hub.domain.findings import Finding, finding
from hub.errors import HubError, Refused

__all__ = ["check_manifest"]

_FILES = ("manifest.toml", "README.md")


async def check_manifest(subject: Subject) -> list[Finding] | NotApplicable:
    """Return a finding for each thing that the manifest says and is not so."""
    return [finding("CONFORMANCE_MANIFEST", facts={"what": what}) for what in _wrong(subject)]


def _wrong(subject: Subject) -> Iterator[str]:
    manifest = subject.connector.manifest
    if subject.at.is_dir():
        yield from (f"tệp thiếu / file missing: {name}" for name in _FILES if not (subject.at / name).is_file())
        if _stored(subject) != manifest:
            yield "manifest.toml và connector().manifest khác nhau / they differ"
    if subject.simulator is None and not golden_files(subject.golden):
        yield "không có mô phỏng, không có hồ sơ mẫu / neither a simulator nor golden records"
    if not manifest.grades or len(set(manifest.grades)) != len(manifest.grades):
        yield "grades"
    for so in dict.fromkeys((*((manifest.so,) if manifest.so else ()), *(row.so for row in manifest.province))):
        if not _is_so(so):
            yield f"so {so}: không có Sở này / no such Sở"
    if manifest.so is not None and manifest.province and all(row.so != manifest.so for row in manifest.province):
        yield f"province: không dòng nào của {manifest.so} / no row of {manifest.so}"
    if manifest.direction == "in" and manifest.answers:
        yield "direction = in, mà có answers / and yet it has answers"
    if manifest.answers and not _has_sink(subject):
        yield "answers được khai, không có nơi ghi / answers are declared and there is no sink"


def _stored(subject: Subject) -> Manifest | None:
    """Return the manifest as the file has it; what is wrong in it was told when it was missing."""
    try:
        return read_manifest(subject.at / "manifest.toml")
    except Refused:
        return None


def _is_so(slug: str) -> bool:
    try:
        return bool(department(slug))
    except Refused:
        return False


def _has_sink(subject: Subject) -> bool:
    """Tell whether there is a sink; that its settings are missing here says that there is one."""
    try:
        return subject.connector.sink(Opened({}, subject.work, subject.now)) is not None
    except (HubError, KeyError):
        return True
