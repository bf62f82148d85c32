"""datapackage.json (Data Package v2) and SHA256SUMS of a release."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from warehouse.disk import file_sha256
from warehouse.model import Column, Table
from warehouse.shard import files_of

SUMS = "SHA256SUMS"
PACKAGE = "datapackage.json"
PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
SCHEMA_PROFILE = "https://datapackage.org/profiles/2.0/tableschema.json"
FIELD_TYPES = {
    "VARCHAR": "string",
    "BIGINT": "integer",
    "INTEGER": "integer",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "DOUBLE": "number",
    "DECIMAL(24,6)": "number",
    "TIMESTAMP": "datetime",
}


def data_package(release_id: str, directory: Path, tables: Iterable[Table], sources: list[dict[str, Any]]) -> str:
    """The text of datapackage.json: one resource per table with its parquet files and schema, and the sources."""
    return (
        json.dumps(
            {
                "$schema": PROFILE,
                "name": "mojokerto-raya",
                "id": release_id,
                "title": "Indikator Mojokerto Raya | Indicators of Greater Mojokerto",
                "description": (
                    "Angka statistik resmi Kota dan Kabupaten Mojokerto serta nilai gabungannya. Nilai gabungan "
                    "adalah hitungan, bukan angka resmi BPS. | Official statistics of the city and the regency of "
                    "Mojokerto and their joint values. Joint values are computed, not official BPS figures."
                ),
                "version": release_id,
                "sources": sources,
                "resources": [_resource(table, directory) for table in tables if table.parquet],
            },
            indent=2,
            ensure_ascii=False,
        )
        + "\n"
    )


def _resource(table: Table, directory: Path) -> dict[str, Any]:
    paths = files_of(directory, table.file)
    # The standard gives size and hash of one file; those of several stand in SHA256SUMS.
    told = {"bytes": paths[0].stat().st_size, "hash": f"sha256:{file_sha256(paths[0])}"} if len(paths) == 1 else {}
    return {
        "name": f"{table.schema_name}-{table.name}".replace("_", "-"),
        "path": [path.name for path in paths] if len(paths) > 1 else table.file,
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "title": table.full_name,
        "description": f"{table.comment.id} | {table.comment.en}",
        **told,
        "schema": {
            "$schema": SCHEMA_PROFILE,
            "fields": [_field(column) for column in table.columns],
            **({"primaryKey": table.key} if _identifies(table) else {}),
        },
    }


def _identifies(table: Table) -> bool:
    nullable = {column.name for column in table.columns if column.nullable}
    return table.unique and not nullable & set(table.key)


def _field(column: Column) -> dict[str, Any]:
    told: dict[str, Any] = {
        "name": column.name,
        "type": FIELD_TYPES[column.type],
        "title": column.id,
        "description": column.description,
    }
    if column.unit:
        told["unit"] = column.unit
    if column.indicator:
        told["indicator"] = column.indicator
    if not column.nullable:
        told["constraints"] = {"required": True}
    return told


def write_sums(directory: Path, known: Mapping[str, str] = MappingProxyType({})) -> None:
    """Write SHA256SUMS over every other file of a directory, in the form that sha256sum -c reads.

    The hashes of files that are in `known`, by name, are not worked out again.
    """
    paths = sorted(path for path in directory.iterdir() if path.name != SUMS)
    lines = [f"{known.get(path.name) or file_sha256(path)}  {path.name}\n" for path in paths]
    (directory / SUMS).write_text("".join(lines), "utf-8")


def read_sums(directory: Path) -> dict[str, str]:
    """The hashes that SHA256SUMS lists, by file name."""
    lines = (directory / SUMS).read_text("utf-8").splitlines()
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
