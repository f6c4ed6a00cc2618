"""Every code that the hub can answer with: what it means, on which ground, and what to do next.

One module per family; `CATALOGUE` is their union. `docs/catalogue.md` is generated from it, and a code that is
used anywhere in the hub without an entry here fails the tests.
"""

import importlib
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType

from hub.catalogue.entry import Certainty, Entry, Severity

__all__ = ["CATALOGUE", "Certainty", "Entry", "Severity", "entry_of", "family_of"]


def _collect() -> tuple[Mapping[str, Entry], Mapping[str, str]]:
    found: dict[str, Entry] = {}
    families: dict[str, str] = {}
    for module in sorted(m.name for m in pkgutil.iter_modules(__path__) if m.name != "entry"):
        for entry in importlib.import_module(f"hub.catalogue.{module}").ENTRIES:
            if entry.code in found:
                raise ValueError(f"code declared twice: {entry.code}")
            found[entry.code] = entry
            families[entry.code] = module
    return MappingProxyType(found), families


CATALOGUE: Mapping[str, Entry]
CATALOGUE, _FAMILIES = _collect()


def entry_of(code: str) -> Entry:
    """Return the entry of `code`; a code without one is a bug, so KeyError."""
    return CATALOGUE[code]


def family_of(code: str) -> str:
    """Return the family of `code`: the name of the module here that declares it; KeyError for an unknown code."""
    return _FAMILIES[code]
