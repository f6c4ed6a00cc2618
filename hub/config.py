"""Every setting of the hub, read once from the environment (prefix `HUB_`)."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

__all__ = ["Settings"]


class Settings(BaseSettings):
    """Frozen. With the cluster and database settings absent, the embedded servers are used."""

    model_config = SettingsConfigDict(env_prefix="HUB_", frozen=True, extra="ignore")

    data_dir: Path = Path("data")
    """Folder of the embedded servers, keys and journals."""
    cache_dir: Path = Path(".hub/cache")
    """Where downloaded jars are kept."""
    so_slugs: tuple[str, ...] = ("ha-noi", "nghe-an")
    """The Sở that this hub serves."""
    kafka_bootstrap: str | None = None
    """host:port[,host:port]; an existing cluster instead of the embedded broker."""
    so_database_url: SecretStr | None = None
    """Worker URL of a Sở's database; `{so}` stands for the slug, without it only one Sở can run."""
    bo_database_url: SecretStr | None = None
    """Worker URL of Bộ's database."""
    so_owner_url: SecretStr | None = None
    """Owner URL for migrations; workers never get it."""
    bo_owner_url: SecretStr | None = None
    """Owner URL of Bộ's database for migrations."""
    bo_portal_database_url: SecretStr | None = None
    """Portal's URL of Bộ's database: a role that reads the record of a logged look and nothing else."""
    secrets_dir: Path | None = None
    """Folder with one sub-folder of keys for each organisation; default: `secrets` in the data folder."""
    metrics_port: int = Field(default=0, ge=0, le=65_535)
    """Port of /metrics on 127.0.0.1; 0 picks a free one and logs it. `hub up` counts on from it, one a worker."""
    standstill_s: float = Field(default=60.0, gt=0)
    """A worker whose lag has not moved for so long, though database and cluster answer, leaves with 76."""
    timestamp_url: str | None = None
    """http(s) address of the time-stamp authority (RFC 3161) that stamps each head of a Sở's log; absent: none, or in
    the embedded default the development one. Its root stands in the trust policy (`timestamp_roots`)."""
    sealing_alarm_s: float = Field(default=600.0, gt=0)
    """While no time-stamp is to be had, an alarm when the oldest lock has waited so long for its head."""
    portal_url: str = "http://127.0.0.1:8088"
    """http(s) address at which readers reach the portal; QR codes lead there."""
    portal_host: str = "127.0.0.1"
    """Address on which the portal listens; a proxy of the deployment shows it to outsiders."""
    portal_port: int = Field(default=8088, ge=0, le=65_535)
    """Port on which the portal listens."""
    look_anchor: Path | None = None
    """File, written by Bộ's worker, of where the portal's logs end; default: `look-anchor.json` in the data folder."""
    portal_trusts_proxy: bool = False
    """The last address of X-Forwarded-For counts as the reader's: only behind a proxy that sets it."""
    portal_answer_ms: int = Field(default=40, ge=1, le=5_000)
    """Beat in which look-ups are answered; longer than their steps take."""
    identity_issuer: str | None = None
    """OpenID Connect provider of pupils and guardians; absent: nothing can be shared."""
    identity_client_id: str = "portal"
    """The portal's name at that provider."""
    identity_client_secret: SecretStr | None = None
    """The portal's secret at that provider."""
    identity_development: bool = False
    """Run the development log-in, which proves nothing, beside the portal; refused for addresses others can reach."""
    registry_port: int | None = None
    """Port of the read-only schema registry on 127.0.0.1, served by Bộ's worker; absent: not served."""

    @property
    def look_anchor_file(self) -> Path:
        """The file of the ends of the portal's logs."""
        return self.look_anchor or self.data_dir / "look-anchor.json"

    @property
    def secrets(self) -> Path:
        """The folder of keys."""
        return self.secrets_dir or self.data_dir / "secrets"
