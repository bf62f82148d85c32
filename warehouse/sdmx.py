"""SDMX exports of a release, from its parquet files: SDMX-CSV 2.0 data and the structures that they follow.

Two flows: OBSERVATION (published figures in force, one series per source) and JOINT (the joint values in force).
The structures are an SDMX-JSON 2.0 message with names in both languages. Ids of SDMX know no dot, so 35.76 is
35_76 there; the description of each code has the code as we write it.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
from duckdb import DuckDBPyConnection

from catalog.strict import Bilingual
from warehouse.published import attach_release
from warehouse.sdmx_model import Codelist, Component, Flow, SdmxCode, SdmxModel, load_sdmx
from warehouse.shard import files_of, parquet_list
from warehouse.sqlfiles import literal_path, load_sql, text

AGENCY = "MOJORAYA"
VERSION = "1.0.0"
MOST = 1_000_000
OBSERVATIONS = "core_observation.parquet"
CONCEPTS = "CS_MOJORAYA"
STRUCTURE_FILE = "sdmx_structure.json"
STRUCTURE_SCHEMA = (
    "https://raw.githubusercontent.com/sdmx-twg/sdmx-json/master/structure-message/tools/schemas/2.0.0/"
    "sdmx-json-structure-schema.json"
)


def structures(directory: Path) -> str:
    """The structure message of the release in `directory`: code lists, concepts, data structures, dataflows."""
    with duckdb.connect() as con:
        model = load_sdmx()
        dimensions = _dimensions(con, directory)
        lists = [*model.codelists, *_filled_lists(con, directory, [*model.components, *dimensions])]
        prepared = _ask(con, directory, "sdmx_prepared")[0][0]
    message = {
        "meta": {
            "schema": STRUCTURE_SCHEMA,
            "id": f"{AGENCY}_STRUCTURE",
            "prepared": prepared,
            "test": False,
            "contentLanguages": ["id", "en"],
            "sender": {"id": AGENCY},
        },
        "data": {
            "codelists": [_codelist(item) for item in lists],
            "conceptSchemes": [
                {
                    **_maintained(CONCEPTS, Bilingual(id="Konsep", en="Concepts")),
                    "concepts": [{"id": item.id, **_named(item.label)} for item in (*model.components, *dimensions)],
                }
            ],
            "dataStructures": [_data_structure(model, flow, dimensions) for flow in model.flows],
            "dataflows": [
                {**_maintained(flow.id, flow.label), "structure": _urn("datastructure.DataStructure", flow.id)}
                for flow in model.flows
            ],
        },
    }
    return json.dumps(message, ensure_ascii=False, indent=1) + "\n"


def flow_csv(flow: Flow, directory: Path) -> str:
    """The rows of one flow as SDMX-CSV 2.0: lines end in CR LF, missing values are empty, numbers have points.

    Of a release with more than `MOST` figures, those of the regions with a part in the joint tables: as text the others
    would be a file that nobody can open, and they stand in the parquet files.
    """
    with duckdb.connect() as con:
        dimensions = _dimensions(con, directory)
        columns = "".join(load_sql("sdmx_dimension", name=item.id.lower()).strip() + ",\n" for item in dimensions)
        more = _which(con, directory) if flow.id == "OBSERVATION" else {}
        rows = _ask(con, directory, f"sdmx_{flow.id.lower()}", dimensions=columns, **more)
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    names = [*_placed(flow.dimensions, dimensions), "TIME_PERIOD", "OBS_VALUE", *flow.attributes]
    writer.writerow(["STRUCTURE", "STRUCTURE_ID", "ACTION", *names])
    writer.writerows(["dataflow", f"{AGENCY}:{flow.id}({VERSION})", "I", *row] for row in rows)
    return written.getvalue()


def _which(con: DuckDBPyConnection, directory: Path) -> dict[str, str]:
    """Where the observations of a release stand, and a condition for those that are wanted.

    A few of very many are found in the DuckDB file much sooner than in the parquet files.
    """
    figures = sum(pq.read_metadata(path).num_rows for path in files_of(directory, OBSERVATIONS))
    if figures <= MOST:
        return {"observations": f"read_parquet({parquet_list(directory, OBSERVATIONS)})", "wanted": "true"}
    attach_release(con, directory)
    regions = ", ".join(text(code) for (code,) in con.execute(load_sql("regions_with_a_role")).fetchall())
    return {"observations": "core.observation", "wanted": f"list_contains([{regions}], o.region_code)"}


# The SDMX files of a release, each made by a function of its directory.
SDMX_FILES: dict[str, Callable[[Path], str]] = {
    STRUCTURE_FILE: structures,
    **{flow.file: partial(flow_csv, flow) for flow in load_sdmx().flows},
}


def _ask(con: DuckDBPyConnection, directory: Path, name: str, **parts: str) -> list[tuple[Any, ...]]:
    """The rows of a query in which $directory stands for the release."""
    return con.execute(load_sql(name, directory=literal_path(directory).replace("'", "''"), **parts)).fetchall()


def _dimensions(con: DuckDBPyConnection, directory: Path) -> list[Component]:
    """The dimensions of breakdowns that the release knows."""
    return [
        Component(id=name.upper(), label=Bilingual(id=told, en=english), codelist=f"CL_{name.upper()}")
        for name, told, english in _ask(con, directory, "sdmx_dimensions")
    ]


def _placed(declared: list[str], dimensions: list[Component]) -> list[str]:
    """All dimensions of a flow in order: breakdowns follow the indicator."""
    place = declared.index("INDICATOR") + 1
    return [*declared[:place], *(item.id for item in dimensions), *declared[place:]]


def _filled_lists(con: DuckDBPyConnection, directory: Path, components: list[Component]) -> list[Codelist]:
    """The code lists that the release fills, each named like the component that uses it."""
    labels = {item.codelist: item.label for item in components if item.codelist}
    lists: dict[str, Codelist] = {}
    for name, code, told, english, more in _ask(con, directory, "sdmx_codes"):
        found = lists.setdefault(name, Codelist(id=name, label=labels[name], codes=[]))
        found.codes.append(SdmxCode(id=code, label=Bilingual(id=told, en=english), more=more))
    return list(lists.values())


def _maintained(identity: str, label: Bilingual) -> dict[str, Any]:
    return {"id": identity, "agencyID": AGENCY, "version": VERSION, **_named(label)}


def _named(label: Bilingual) -> dict[str, Any]:
    return {"name": label.en, "names": {"id": label.id, "en": label.en}}


def _codelist(item: Codelist) -> dict[str, Any]:
    codes = [
        {
            "id": code.id,
            **_named(code.label),
            **({"description": code.more, "descriptions": {"en": code.more}} if code.more else {}),
        }
        for code in item.codes
    ]
    return {**_maintained(item.id, item.label), "codes": codes}


def _data_structure(model: SdmxModel, flow: Flow, dimensions: list[Component]) -> dict[str, Any]:
    known = {item.id: item for item in (*model.components, *dimensions)}
    placed = _placed(flow.dimensions, dimensions)
    return {
        **_maintained(flow.id, flow.label),
        "dataStructureComponents": {
            "dimensionList": {
                "id": "DimensionDescriptor",
                "dimensions": [
                    {**_component(known[name]), "position": place} for place, name in enumerate(placed, start=1)
                ],
                "timeDimension": _component(known["TIME_PERIOD"]),
            },
            "measureList": {
                "id": "MeasureDescriptor",
                "measures": [{**_component(known["OBS_VALUE"]), "usage": "optional"}],
            },
            "attributeList": {
                "id": "AttributeDescriptor",
                "attributes": [
                    {
                        **_component(known[name]),
                        "usage": "mandatory" if known[name].mandatory else "optional",
                        "attributeRelationship": {"observation": {}},
                    }
                    for name in flow.attributes
                ],
            },
        },
    }


def _component(item: Component) -> dict[str, Any]:
    concept = f"urn:sdmx:org.sdmx.infomodel.conceptscheme.Concept={AGENCY}:{CONCEPTS}({VERSION}).{item.id}"
    coded: dict[str, Any] = {"format": {"dataType": item.type}}
    if item.codelist:
        coded = {"enumeration": _urn("codelist.Codelist", item.codelist)}
    return {"id": item.id, "conceptIdentity": concept, "localRepresentation": coded}


def _urn(kind: str, identity: str) -> str:
    return f"urn:sdmx:org.sdmx.infomodel.{kind}={AGENCY}:{identity}({VERSION})"
