"""`hub worker so ha-noi`, `hub worker bo`: run the stages of one organisation until stopped."""

from typing import Annotated

import typer

from hub.app import run_bo, run_so
from hub.config import Settings
from hub.errors import Unavailable
from hub.logs import set_up_logs
from hub.topics import BO_STAGES, SO_STAGES

__all__ = ["worker"]


def worker(
    organisation: Annotated[str, typer.Argument(help="so or bo")],
    so: Annotated[str | None, typer.Argument(help="Slug of the Sở, such as ha-noi")] = None,
    stages: Annotated[str, typer.Option(help="Comma-separated; default: all of the organisation")] = "",
    slot: Annotated[str, typer.Option(help="Stable name of this process among workers of the same stages")] = "0",
) -> None:
    """Run a worker against the cluster and database of the settings (HUB_KAFKA_BOOTSTRAP, HUB_…_DATABASE_URL)."""
    set_up_logs()
    settings = Settings()
    if organisation == "so" and so is not None:
        chosen = _chosen(stages, SO_STAGES)
        url = _url(settings.so_database_url, "HUB_SO_DATABASE_URL").replace("{so}", so)
        run_so(
            so, database_url=url, bootstrap=_bootstrap(settings), secrets=settings.secrets, slot=slot, stages=chosen,
            metrics_port=settings.metrics_port, standstill_s=settings.standstill_s,
            timestamp_url=settings.timestamp_url, sealing_alarm_s=settings.sealing_alarm_s,
        )  # fmt: skip
    elif organisation == "bo" and so is None:
        chosen = _chosen(stages, BO_STAGES)
        url = _url(settings.bo_database_url, "HUB_BO_DATABASE_URL")
        run_bo(
            settings.so_slugs, database_url=url, bootstrap=_bootstrap(settings), secrets=settings.secrets, slot=slot,
            stages=chosen, metrics_port=settings.metrics_port, standstill_s=settings.standstill_s,
            registry_port=settings.registry_port, look_anchor=settings.look_anchor_file,
        )  # fmt: skip
    else:
        raise typer.BadParameter("say `so <slug>` or `bo`")


def _chosen(text: str, known: tuple[str, ...]) -> tuple[str, ...]:
    chosen = tuple(filter(None, text.split(","))) or known
    if set(chosen) - set(known):
        raise typer.BadParameter(f"stages are {', '.join(known)}")
    return chosen


def _url(value: object, name: str) -> str:
    if value is None:
        raise Unavailable("DATABASE_URL_MISSING", {"setting": name})
    return str(value.get_secret_value())  # type: ignore[attr-defined]


def _bootstrap(settings: Settings) -> str:
    if settings.kafka_bootstrap is None:
        raise Unavailable("BROKER_UNREACHABLE", {"reason": "HUB_KAFKA_BOOTSTRAP is not set"})
    return settings.kafka_bootstrap
