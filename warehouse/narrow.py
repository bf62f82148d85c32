"""The figures of large sources as the DuckDB file stores them: what many of them share stands once, under a number.

Of the thirty columns of core.observation and core.lineage most say the same in all rows of a file: the source, the
snapshot, the unit. To write such a text ten million times costs DuckDB more than all that differs. So each shard has,
beside the files that a release links, the same rows narrow: `figure.parquet` with what differs, and `trait.parquet` and
`edition.parquet` with what is shared. `warehouse.storage` makes core.observation and core.lineage of them again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from transforms.appearing import ROOMY, appearing
from warehouse.arrow import plain_schema, schema_of
from warehouse.codes import codes_of
from warehouse.model import Column, Table

# What is said of an edition, and of figures of one kind; everything else stands with each figure.
OF_EDITION = [
    "source", "snapshot", "publication", "file", "evidence", "synthetic", "published", "first_seen", "vintage"
]  # fmt: skip
OF_TRAIT = [
    "indicator", "period", "breakdown", "unit", "rounding_step", "obs_status", "closed_reason", "missing_mark", "sheet",
    "source_column", "done",
]  # fmt: skip
# Texts that hardly repeat. DuckDB comes to the same after trying all its ways, which takes half of the time.
STORED = {"observation_id": "fsst", "raw": "fsst"}
SCHEMA, JOINED = "storage", "storage.joined"
FIGURE, TRAIT, EDITION = (f"{SCHEMA}.{name}" for name in ("figure", "trait", "edition"))
NUMBER = Column(name="trait", type="INTEGER", id="Nomor ciri di storage.trait", en="Number of its storage.trait")
NUMBERS = {
    TRAIT: NUMBER,
    EDITION: NUMBER.model_copy(
        update={"name": "edition", "id": "Nomor edisi di storage.edition", "en": "Number of its storage.edition"}
    ),
}


def narrow_tables(tables: Mapping[str, Table]) -> dict[str, Table]:
    """The three tables, with the columns that core.observation and core.lineage declare."""
    observation = tables["core.observation"]
    declared = {column.name: column for column in [*tables["core.lineage"].columns, *observation.columns]}
    shared = {TRAIT: OF_TRAIT, EDITION: OF_EDITION}
    rest = [
        column for column in declared.values() if not column.alias_of and column.name not in {*OF_EDITION, *OF_TRAIT}
    ]
    columns = {
        FIGURE: [*NUMBERS.values(), *rest],
        **{name: [NUMBERS[name], *(declared[column] for column in of)] for name, of in shared.items()},
    }
    return {
        name: observation.model_copy(
            update={"schema_name": SCHEMA, "name": name.partition(".")[2], "columns": columns[name], "file_name": None}
        )
        for name in columns
    }


def joined_table(tables: Mapping[str, Table]) -> Table:
    """A table of which a row holds what core.observation and core.lineage say of one figure."""
    observation, lineage = tables["core.observation"], tables["core.lineage"]
    declared = {column.name: column for column in [*observation.columns, *lineage.columns] if not column.alias_of}
    return observation.model_copy(
        update={"schema_name": SCHEMA, "name": JOINED.partition(".")[2], "columns": list(declared.values())}
    )


def write_narrow(folder: Path, batches: Iterable[pa.RecordBatch], tables: Mapping[str, Table]) -> None:
    """Write the three files; `batches` have the columns of `joined_table`."""
    declared = narrow_tables(tables)
    shared = {name: _Shared(declared[name]) for name in (TRAIT, EDITION)}
    figures = declared[FIGURE]
    coded: Any = [column.name for column in figures.columns if column.dictionary]
    schema = schema_of(figures)
    with pq.ParquetWriter(path_of(folder, figures), schema, compression="zstd", use_dictionary=coded) as writer:
        for batch in batches:
            numbers = {NUMBERS[name].name: pa.array(part.number(batch)) for name, part in shared.items()}
            columns = [numbers[name] if name in numbers else batch[name] for name in schema.names]
            writer.write_batch(pa.record_batch(columns, schema=schema))
    for name, part in shared.items():
        pq.write_table(part.rows(), path_of(folder, declared[name]))


def path_of(folder: Path, table: Table) -> Path:
    """The file of one of the three tables in a shard."""
    return folder / f"{table.name}.parquet"


def _turns(codes: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where each code stands first, and for every row the turn of its code, numbers from 0 on."""
    most = int(codes.max(initial=0))
    if most > ROOMY * len(codes):
        _, first, turns = np.unique(codes, return_index=True, return_inverse=True)
        return first, turns.astype(np.int64)
    first, of_code = appearing(codes, most + 1)
    return first, of_code[codes].astype(np.int64)


class _Shared:
    """What rows have in common, each combination under a number from 0 on."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._names = table.names[1:]
        self._known: dict[tuple[Any, ...], int] = {}

    def number(self, batch: pa.RecordBatch) -> NDArray[np.int32]:
        """The number of each row's combination."""
        codes = np.zeros(batch.num_rows, dtype=np.int64)
        for name in self._names:
            column: Any = batch[name]
            encoded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
            if len(encoded.dictionary) + bool(encoded.null_count) > 1:
                codes = _turns(codes * (len(encoded.dictionary) + 1) + codes_of(encoded) + 1)[1]
        first, turns = _turns(codes)
        at: Any = pa.array(first)
        found = batch.select(self._names).take(at).to_pylist()
        numbers = [self._known.setdefault(tuple(row.values()), len(self._known)) for row in found]
        return np.array(numbers, dtype=np.int32)[turns]

    def rows(self) -> pa.Table:
        """The combinations with their numbers."""
        schema = plain_schema(self._table)
        rows = [dict(zip(schema.names, (number, *values), strict=True)) for values, number in self._known.items()]
        return pa.Table.from_pylist(rows, schema=schema)
