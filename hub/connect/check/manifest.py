"""Bản khai: the manifest says what the connector is, and what it says is there."""

import difflib
from collections.abc import Iterator

from hub.connect.check.declared import declared_of
from hub.connect.check.golden import golden_files
from hub.connect.check.outcome import NotApplicable
from hub.connect.check.subject import Subject
from hub.connectors.mapping import MappingFile
from hub.connectors.mapping.rules import as_frame
from hub.connectors.sdk import Manifest, Opened, read_manifest
from hub.domain import department
from hub.domain.findings import Finding, finding
from hub.errors import HubError, Refused

__all__ = ["check_manifest"]

_FILES = ("manifest.toml", "README.md")
_NEAR = 0.85  # share of equal letters from which a column of the key is a misspelt one


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
    yield from _wrong_in_mappings(subject)
    if manifest.direction == "in" and manifest.answers:
        yield "direction = in, mà có answers / and yet it has answers"
    if manifest.answers and not _has_sink(subject):
        yield "answers được khai, không có nơi ghi / answers are declared and there is no sink"


def _wrong_in_mappings(subject: Subject) -> Iterator[str]:
    """Tell what is left out on purpose and not declared, and a column of the key that is nearly one of the rules'."""
    declared = declared_of(subject.at)
    lost = {loss.path for loss in subject.connector.manifest.loss if (loss.kind, loss.direction) == ("dropped", "in")}
    for mapping in () if declared is None else declared.mappings.values():
        yield from (f"known {path}: không có trong loss / not in loss" for path in mapping.known if path not in lost)
        named = _named(mapping)
        for path in mapping.key:
            near = [] if path in named else difflib.get_close_matches(path, named, 1, _NEAR)
            yield from (f"key {path}: không quy tắc nào đọc / no rule reads it; {each}?" for each in near)


def _named(mapping: MappingFile) -> list[str]:
    """Return the paths that frames and fields read, and those that are left out on purpose."""
    frames = [as_frame(said).source for said in (mapping.school, mapping.school_year, mapping.grade)]
    return [*frames, *(path for rule in mapping.fields for path in rule.sources), *mapping.known]


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
