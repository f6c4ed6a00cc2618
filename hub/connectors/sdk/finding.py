"""Find a connector: by its name, in a vendor's folder, or as one file for the generic connector.

Connectors are found by their folders and imported when they are asked for, so that none has to be named anywhere.
"""

import importlib
import importlib.util
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from traceback import extract_tb
from types import ModuleType
from typing import Final

from hub.connectors.sdk.manifest import Manifest
from hub.connectors.sdk.ports import Connector
from hub.connectors.sdk.proposing import did_you_mean
from hub.domain.characters import visible
from hub.errors import HubError, Refused

__all__ = ["door", "found", "load", "place_of"]

MANIFEST: Final = "manifest.toml"
_ROOT = Path(__file__).parents[1]
_PACKAGE = "hub.connectors"
_GENERIC = "generic"
_REASON_LENGTH_MAX = 200
_PARTS: Final = ("manifest", "mapper", "source", "sink")
_SEALED_PARTS: Final = ("mappings", "rows")


def found() -> dict[str, Path]:
    """Return the folder of each connector that comes with the hub, by its name ("hai-phong")."""
    folders = sorted(path.parent for path in _ROOT.glob(f"*/{MANIFEST}"))
    return {_name_of(folder.name): folder for folder in folders}


def load(name_or_path: str | Path) -> Connector:
    """Return a connector by its name, the folder of one (its package), or the .toml file of a generic one.

    Raises Refused CONNECTOR_UNKNOWN, and MANIFEST_WRONG or MAPPING_FILE_WRONG for what is wrong in its files.
    """
    module, place = door(name_or_path)
    return _made(module, place if place.is_file() else None)


def door(name_or_path: str | Path) -> tuple[ModuleType, Path]:
    """Return the module of a connector (`connector`, `simulator`) and its folder, or its one file. Raises as `load`."""
    place = place_of(name_or_path)
    if place.is_file():
        return importlib.import_module(f"{_PACKAGE}.{_GENERIC}"), place
    if place.parent == _ROOT:
        return importlib.import_module(f"{_PACKAGE}.{place.name}"), place
    return _package(place), place


def place_of(name_or_path: str | Path) -> Path:
    """Return the folder of a connector, or its one file, and run nothing of it. Raises Refused CONNECTOR_UNKNOWN."""
    known, path = found(), Path(name_or_path)
    folder = known.get(_name_of(str(name_or_path)))
    if folder is not None:
        return folder
    with suppress(OSError):  # a name that no file can have
        if path.suffix == ".toml" and path.is_file():
            return path
        if (path / MANIFEST).is_file():
            return path.resolve()
    nearest = did_you_mean(path.name, known)
    proposal = ", ".join(known) if nearest is None else nearest
    raise Refused("CONNECTOR_UNKNOWN", {"connector": visible(path.name[:60]), "proposal": proposal})


def _name_of(folder: str) -> str:
    return folder.replace("_", "-")


def _package(folder: Path) -> ModuleType:
    """Import a vendor's folder as a package of its own, once; its modules may import each other relatively."""
    name = f"hub_connector_{sha256(str(folder).encode()).hexdigest()[:12]}"
    if name in sys.modules:
        return sys.modules[name]
    door = folder / "__init__.py"
    spec = importlib.util.spec_from_file_location(name, door, submodule_search_locations=[str(folder)])
    if spec is None or spec.loader is None or not door.is_file():
        raise _wrong(folder, "no __init__.py")
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    try:
        with _from_source():
            spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:  # it is somebody's code: whatever it does, it is told
        del sys.modules[name]
        raise _told(folder, error) from error
    return module


@contextmanager
def _from_source() -> Iterator[None]:
    """Import from source alone: what somebody else compiled may not be what stands there, and nothing is left there."""
    before = sys.pycache_prefix, sys.dont_write_bytecode
    sys.pycache_prefix, sys.dont_write_bytecode = os.devnull, True
    try:
        yield
    finally:
        sys.pycache_prefix, sys.dont_write_bytecode = before


def _made(module: ModuleType, file: Path | None) -> Connector:
    folder = Path(str(module.__file__)).parent
    make = getattr(module, "connector", None)
    if not callable(make):
        raise _wrong(folder, "no function connector() in __init__.py")
    try:
        made: Connector = make() if file is None else make(file)
    except (Exception, SystemExit) as error:
        raise _told(folder, error) from error
    missing = [name for name in _PARTS if not hasattr(made, name)]
    if missing or not isinstance(made.manifest, Manifest):
        raise _wrong(folder, f"connector() gives no connector: {', '.join(missing) or 'manifest'}")
    if made.manifest.evidence != "native" and (missing := [name for name in _SEALED_PARTS if not hasattr(made, name)]):
        raise _wrong(folder, f"evidence = {made.manifest.evidence} needs {', '.join(missing)}")
    return made


def _told(folder: Path, error: BaseException) -> HubError:
    """Return what is told of an error in a connector's own code, with the last place in it."""
    if isinstance(error, HubError):
        return error
    own = [frame for frame in extract_tb(error.__traceback__) if Path(frame.filename).parent == folder]
    at = f"{Path(own[-1].filename).name}:{own[-1].lineno}: " if own else ""
    return _wrong(folder, f"{at}{type(error).__name__}: {error}")


def _wrong(folder: Path, reason: str) -> Refused:
    return Refused("MANIFEST_WRONG", {"file": folder.name, "reason": reason[:_REASON_LENGTH_MAX]})
