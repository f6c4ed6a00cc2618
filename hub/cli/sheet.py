"""`hub sheet`: one locked transcript as a sealed PDF in its circular's form, with its evidence inside."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from hub.app import so_keyring
from hub.cli.bundle import anchored, find_bundle, write_private
from hub.cli.connect import chosen_so, connected
from hub.cli.options import Data, Json
from hub.cli.showing import print_line
from hub.client import BundleFile
from hub.config import Settings
from hub.errors import Refused
from hub.evidence import Bundle, read_file, register_of, without_source
from hub.local.hub import LocalHub
from hub.print import Issuer, check_sheet
from hub.sources import verify_with_source

__all__ = ["sheet"]

_CHECK_PAGE = "/kiem-tra"


def sheet(
    pupil: Annotated[str, typer.Argument(help="Mã số tra cứu; with --school the school's code of the pupil")],
    year: Annotated[str, typer.Argument(help="School year, such as 2025-2026")],
    school: Annotated[str | None, typer.Option(help="Code of the school, when PUPIL is its code of the pupil")] = None,
    so: Annotated[str | None, typer.Option(help="Search only this Sở; default: all that are served")] = None,
    period: Annotated[str | None, typer.Option(help="year or semester_1, when there are both")] = None,
    version: Annotated[int | None, typer.Option(help="An earlier version; default: the newest", min=1)] = None,
    out: Annotated[Path | None, typer.Option(help="File to write; default: LOCATOR-YEAR.pdf")] = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """Print (in) one locked transcript as PDF/A-3 under the Sở's seal, and check it as hub verify would."""
    with connected(data) as hub:
        slugs = hub.slugs if so is None else (chosen_so(hub, so),)
        made = find_bundle(hub, slugs, pupil, year, school, period, version)
        pdf = _issued(hub, made)
        roots = anchored(hub, made.so)
    target = out or Path(f"{made.leaf.locator}-{year}.pdf")
    write_private(target, pdf)
    shown = {"file": str(target), "byte_count": len(pdf), **check_sheet(pdf, roots, verify_with_source).shown()}
    if json:
        print_line(shown)
    else:
        told = [str(target), f"{len(pdf)} byte", shown["verdict"], shown["sealed_at"], *_codes(shown["findings"])]
        Console().print(" · ".join(one for one in told if one), highlight=False, markup=False)


def _codes(findings: Sequence[Mapping[str, str]]) -> list[str]:
    return list(dict.fromkeys(one["code"] for one in findings))


def _issued(hub: LocalHub, made: BundleFile) -> bytes:
    """Set and seal the sheet by the Sở's own seal; the evidence file brings the policy and the revocation data."""
    now, settings = datetime.now(UTC), Settings()
    register = register_of(read_file(made.bundle, Bundle))
    policy = register.policy(now)
    if policy is None:
        raise Refused("TRUST_POLICY_MISSING")
    seal = so_keyring(hub.secrets, made.so).seal
    address = settings.portal_url.rstrip("/") + _CHECK_PAGE
    with hub.timestamping() as url:
        issuer = Issuer.of(seal, "so_seal", f"so-{made.so}", address, policy, register.crls, url)
        return issuer.issue(without_source(made.bundle), now)  # paper goes to one family; a source may tell of others
