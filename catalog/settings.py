"""Where state lives and how a night is run: environment, then mojoraya.toml, then the defaults below."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from catalog.address import holds_secret
from catalog.boundaries import read_boundaries
from catalog.strict import DeclarationError, explain_errors

PROJECT = Path(__file__).resolve().parent.parent


class Settings(BaseModel):
    """One run's settings; every field can be set in mojoraya.toml, those of `ENVIRONMENT` by environment too."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: Path = Field(default=PROJECT / "data", description="state: snapshots, log, releases")
    sources: Path = Field(default=PROJECT / "sources", description="folder of contracts")
    lang: Literal["id", "en"] = Field(default="id", description="language of what an operator reads")
    catalog: Path = Field(default=PROJECT / "catalog", description="folder of the catalog")
    cron: str = Field(default="0 1 * * *", description="when `mojoraya serve` runs the night")
    timezone: str = Field(default="Asia/Jakarta", description="time zone of the schedule and of dates")
    boundaries: list[Path] = Field(default=[], description="GeoJSON files that the page's maps are drawn with")
    keep_releases: int = Field(default=30, ge=2, description="how many releases are kept at least")
    keep_monthly: int = Field(default=12, ge=0, description="of how many months the newest release is kept besides")
    publish: str = Field(default="", description="object store that every night publishes to; empty for none")
    publish_snapshots: Literal["open", "all", "none"] = Field(
        default="open", description="publishers' files that go there: those published already, all, or none"
    )
    publish_keep: int = Field(default=3, ge=2, description="how many releases are kept there at least")
    task_runner: Literal["threads", "dask"] = Field(default="threads", description="where sources are read")
    dask_scheduler: str = Field(default="", description="address of the scheduler of an existing Dask cluster")


ENVIRONMENT = {
    "MOJORAYA_DATA": "data",
    "MOJORAYA_SOURCES": "sources",
    "MOJORAYA_CATALOG": "catalog",
    "MOJORAYA_LANG": "lang",
    "MOJORAYA_PUBLISH": "publish",
    "MOJORAYA_TASK_RUNNER": "task_runner",
    "MOJORAYA_DASK_SCHEDULER": "dask_scheduler",
}


def load_settings(file: Path | None = None, **given: object) -> Settings:
    """Settings from mojoraya.toml, the environment and the command line, the later one winning.

    Raises `catalog.strict.DeclarationError` when a setting is unknown or has the wrong form, or a
    boundary file cannot be read.
    """
    path = file or Path(os.environ.get("MOJORAYA_CONFIG", "mojoraya.toml"))
    values: dict[str, object] = tomllib.loads(path.read_text("utf-8")) if path.is_file() else {}
    for variable, name in ENVIRONMENT.items():
        if os.environ.get(variable):
            values[name] = os.environ[variable]
    values.update({name: value for name, value in given.items() if value is not None})
    if not values.get("dask_scheduler"):
        # Dask's own name for it, which a cluster's machines often have set.
        values["dask_scheduler"] = os.environ.get("DASK_SCHEDULER_ADDRESS", "")
    with explain_errors(str(path), Settings):
        settings = Settings.model_validate(values)
    if holds_secret(settings.publish):
        # A unit of systemd that anybody can read would hold it too. What was found is not repeated.
        raise DeclarationError(
            "publish (MOJORAYA_PUBLISH): the address holds a password or a token. Write it without; keys belong in the "
            "environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY).",
            "publish (MOJORAYA_PUBLISH): alamatnya memuat sandi atau token. Tulis tanpa itu; kuncinya di variabel "
            "lingkungan (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY).",
        )
    if settings.data.is_file():
        raise DeclarationError(
            f"data (MOJORAYA_DATA): {settings.data} is a file; name a folder, which may be a new one",
            f"data (MOJORAYA_DATA): {settings.data} adalah berkas; sebut sebuah folder, boleh yang baru",
        )
    paths: dict[str, object] = {name: getattr(settings, name).resolve() for name in ("data", "sources", "catalog")}
    paths["boundaries"] = [item.resolve() for item in settings.boundaries]
    for item in settings.boundaries:
        # A map that cannot be drawn is told before a night begins, not after it.
        read_boundaries(item)
    return settings.model_copy(update=paths)
