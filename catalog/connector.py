"""How a publisher delivers: one typed model per way, told apart by `kind`; unknown keys are refused."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from catalog.strict import Declared, fault

# Environment variables that may hold a key or a token.
VARIABLE = r"^[A-Za-z_][A-Za-z0-9_]*$"


def _web_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise fault("web_address")
    if parts.username or parts.password:
        raise fault("web_password")
    return text


WebUrl = Annotated[str, AfterValidator(_web_url)]


class FileConnector(Declared):
    """A file beside the contract, or the newest file of a drop folder; `bundled` files ship with the project.

    `path` names one file in the contract's folder or below it. `pattern` takes the newest matching file of
    `folder` that has been left alone for `settle_seconds`.
    """

    kind: Literal["file"]
    path: str = ""
    pattern: str = Field(default="", pattern=r"^[^/\\]*$", description='names in the drop folder, such as "*.csv"')
    folder: str = Field(default=".", description="the drop folder: beside the contract, or an absolute path")
    settle_seconds: float = Field(default=5, ge=0, le=3600, description="how long a file must have been left alone")
    bundled: bool = False

    @model_validator(mode="after")
    def _one_way(self) -> FileConnector:
        if bool(self.path) == bool(self.pattern):
            raise fault("path_or_pattern")
        if self.bundled and not self.path:
            raise fault("bundled_path")
        if self.path and {"folder", "settle_seconds"} & self.model_fields_set:
            raise fault("pattern_keys")
        return self

    def file_of(self, url: str) -> str:
        """What lineage calls the file that came from `url`."""
        return self.path or url.removeprefix("file:")


class WebConnector(Declared):
    """What every way over the network declares: how patient to be, and whom to trust besides the usual."""

    ca_file: str | None = Field(
        default=None, description="certificates (PEM) beside the contract, trusted besides the usual ones"
    )
    connect_seconds: float = Field(default=10, gt=0, le=120)
    read_seconds: float = Field(default=60, gt=0, le=600, description="the longest silence within an answer")
    deadline_seconds: float = Field(default=600, gt=0, le=7200, description="the longest time for a whole delivery")


class HttpConnector(WebConnector):
    """A file at an address."""

    kind: Literal["http"]
    url: WebUrl

    def file_of(self, _url: str) -> str:
        """What lineage calls the file: the last part of the address."""
        parts = urlsplit(self.url)
        return PurePosixPath(parts.path).name or str(parts.hostname)


class CkanConnector(WebConnector):
    """A CKAN portal: the newest resource of a dataset by format, or one resource by id."""

    kind: Literal["ckan"]
    base_url: WebUrl
    dataset: str | None = None
    resource: str | None = None
    format: str = Field(default="csv", pattern=r"^[a-z0-9]+$")
    via: Literal["file", "datastore"] = Field(
        default="file", description="the resource's own file, or the datastore's dump (with an _id column)"
    )
    page_rows: int = Field(default=32000, ge=1, le=32000, description="rows asked for per page of a dump")
    token_env: str | None = Field(default=None, pattern=VARIABLE, description="the variable that holds the token")

    @model_validator(mode="after")
    def _one_id(self) -> CkanConnector:
        if bool(self.dataset) == bool(self.resource):
            raise fault("dataset_or_resource")
        if self.via == "datastore" and self.format != "csv":
            raise fault("datastore_csv")
        return self

    def file_of(self, _url: str) -> str:
        """What lineage calls the file."""
        return f"{self.dataset or self.resource}.{self.format}"


class BpsYears(Declared):
    """The years to ask a BPS table for; `last` open means "all there are"."""

    first: int = Field(ge=1900, le=2200)
    last: int | None = Field(default=None, ge=1900, le=2200)


class BpsConnector(WebConnector):
    """A dynamic table of the BPS WebAPI, rendered as CSV with one row per figure."""

    kind: Literal["bps"]
    base_url: WebUrl = "https://webapi.bps.go.id/v1/api/"
    domain: str = Field(pattern=r"^\d{4}$", description="0000 for the nation, 3500 a province, 3576 a city")
    var: int = Field(ge=1)
    years: BpsYears
    turvar: list[int] = []
    vervar: list[int] = []
    turth: list[int] = []
    lang: Literal["ind", "eng"] = "ind"
    complete: bool = Field(default=False, description="whether a cell that is absent is a published gap")
    key_env: str = Field(default="BPS_API_KEY", pattern=VARIABLE)
    key_block: str | None = Field(default=None, description="a Prefect Secret block, asked when the variable is unset")

    def file_of(self, _url: str) -> str:
        """What lineage calls the table."""
        return f"bps-{self.domain}-{self.var}.csv"


class JatimConnector(WebConnector):
    """A table of the East Java open-data portal, rendered as CSV."""

    kind: Literal["jatim"]
    base_url: WebUrl = "https://opendata.jatimprov.go.id/api/"
    schema_name: str = Field(pattern=r"^[\w.-]+$")
    table: str = Field(pattern=r"^[\w.-]+$")
    # The portal's own examples ask for 300; whether more is honoured is not known, and a clamp would go unseen.
    per_page: int = Field(default=300, ge=1, le=300)

    def file_of(self, _url: str) -> str:
        """What lineage calls the table."""
        return f"{self.schema_name}.{self.table}.csv"


Connector = Annotated[
    FileConnector | HttpConnector | CkanConnector | BpsConnector | JatimConnector, Field(discriminator="kind")
]
