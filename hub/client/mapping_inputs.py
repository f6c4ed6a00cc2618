"""Hồ sơ nguồn: the records of files that a mapping is tried with, offline.

Which one a file is, its content says: XML is a source document, the type `vn.hocba.extract/1` an extract, other JSON
one record, a list of them, or an object with a list `records`, as golden files have it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from hub.connectors.formats import parse_json
from hub.connectors.mapping import KeptMapping, kept_named
from hub.connectors.opening import read_whole
from hub.connectors.sdk import SealedConnector, SourceRecord, load, sealed_connector
from hub.connectors.signed import read_xades
from hub.errors import Refused

__all__ = ["FILE_BYTES_MAX", "Reader", "chosen_mapping", "read_input", "read_signers"]

FILE_BYTES_MAX: Final = 16 * 2**20
_RECORD_COUNT_MAX = 20_000
_CERTIFICATE_BYTES_MAX = 65_536
_EXTRACT = "vn.hocba.extract/1"
_BOM = b"\xef\xbb\xbf"
_SIGNATURE = b"http://www.w3.org/2000/09/xmldsig#"


def chosen_mapping(name: str) -> tuple[SealedConnector, KeptMapping]:
    """Return a kept mapping by its name ("tien-giang/2") with its connector, whose folder may stand for its name.

    Raises Refused CONNECTOR_UNKNOWN, MAPPING_UNKNOWN, and what loading a connector raises.
    """
    place, _, version = name.rpartition("/")
    if not place:
        raise Refused("OPTION_WRONG", {"option": "NAME/VERSION", "reason": "tien-giang/2"})
    connector = load(place)
    sealed = sealed_connector(connector)
    kept = () if sealed is None else tuple(one for one in sealed.mappings if isinstance(one, KeptMapping))
    found = kept_named(kept, f"{connector.manifest.name}/{version}")
    assert sealed is not None  # it has what was found
    return sealed, found


def read_input(path: Path) -> bytes:
    """Return the bytes of a file. Raises Refused FILE_UNREADABLE or FILE_TOO_LARGE."""
    return read_whole(path, FILE_BYTES_MAX)


def read_signers(paths: Iterable[Path]) -> tuple[bytes, ...]:
    """Return the certificates (DER) of PEM or DER files.

    Raises Refused OPTION_WRONG for what is none, FILE_UNREADABLE, FILE_TOO_LARGE.
    """
    return tuple(_certificate(read_whole(path, _CERTIFICATE_BYTES_MAX)) for path in paths)


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads files as a connector does; `signers` (DER) are those whose signature counts."""

    connector: SealedConnector
    signers: tuple[bytes, ...] = ()

    def records(self, data: bytes, file: str, kept: KeptMapping) -> Sequence[SourceRecord]:
        """Return the records of a file's bytes; plain ones have the key that the mapping gives.

        Of a signed file only what one of the signers signed is read; XML without a signature is read as such a part.
        Raises Refused JSON_WRONG, OPTION_MISSING for a signed file without signers, and what the readers raise.
        """
        if data.removeprefix(_BOM).lstrip().startswith(b"<"):
            return self.connector.rows(self._signed_part(data))
        value = parse_json(data.removeprefix(_BOM))
        if isinstance(value, dict) and value.get("type") == _EXTRACT:
            return self.connector.rows(data)
        return [_record(kept, item, f"{file}!{number}") for number, item in enumerate(_listed(value), 1)]

    def _signed_part(self, data: bytes) -> bytes:
        if self.signers:
            return read_xades(data, self.signers).data
        if _SIGNATURE in data:
            raise Refused("OPTION_MISSING", {"option": "--signer"})
        return data


def _certificate(data: bytes) -> bytes:
    try:
        load = x509.load_pem_x509_certificate if data.lstrip().startswith(b"-----") else x509.load_der_x509_certificate
        return load(data).public_bytes(Encoding.DER)
    except ValueError:
        raise Refused("OPTION_WRONG", {"option": "--signer", "reason": "certificate, PEM or DER"}) from None


def _listed(value: Any) -> Sequence[Any]:
    if isinstance(value, dict) and isinstance(value.get("records"), list):
        value = value["records"]
    listed = value if isinstance(value, list) else [value]
    if len(listed) > _RECORD_COUNT_MAX:
        raise Refused("JSON_WRONG", {"reason": f"more than {_RECORD_COUNT_MAX} records"})
    return listed


def _record(kept: KeptMapping, value: Any, place: str) -> SourceRecord:
    if not isinstance(value, Mapping):
        raise Refused("JSON_WRONG", {"reason": f"no object at {place}"})
    return kept.mapper.record(value, place)
