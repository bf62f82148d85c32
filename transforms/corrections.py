"""Apply declared corrections to tidy rows: the right value, status E, and both values in lineage."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa

from catalog.contract import Contract
from catalog.corrections import Correction
from catalog.load import Catalog
from transforms.numbers import NumberReader
from transforms.tidy import TIDY_SCHEMA, to_pandas

ESTIMATED = "E"


@dataclass(frozen=True)
class Corrected:
    """Tidy rows after correction, and the corrections that no longer find what they correct."""

    rows: pd.DataFrame
    obsolete: tuple[Correction, ...]


def correct(rows: pd.DataFrame, corrections: Iterable[Correction], contract: Contract, catalog: Catalog) -> Corrected:
    """Put right what publishers are known to have got wrong; a cell that says something else is left alone."""
    wanted = list(corrections)
    if not wanted:
        return Corrected(rows, ())
    reader = NumberReader(contract.format, contract.marks)
    records = pa.Table.from_pandas(rows, schema=TIDY_SCHEMA, preserve_index=False).to_pylist()
    obsolete = []
    for item in wanted:
        found = [record for record in records if _is_at(record, item) and record["raw"].strip() == item.reported]
        if not found:
            obsolete.append(item)
        for record in found:
            _mend(record, item, reader, contract, catalog)
    return Corrected(to_pandas(pa.Table.from_pylist(records, schema=TIDY_SCHEMA)), tuple(obsolete))


def _is_at(record: dict[str, object], item: Correction) -> bool:
    place = (record["indicator"], record["region_code"], record["period"], record["breakdown"])
    return place == (item.indicator, item.region, item.period, item.breakdown)


def _mend(
    record: dict[str, object], item: Correction, reader: NumberReader, contract: Contract, catalog: Catalog
) -> None:
    figure = reader.read(item.right)
    measure = next(measure for measure in contract.measures if measure.indicator == item.indicator)
    factor = catalog.units[measure.unit].factor
    record["value"] = None if figure.value is None else figure.value * factor
    record["decimals"] = figure.decimals
    record["obs_status"] = ESTIMATED
    steps = [str(record["done"] or ""), f"corrected from {item.reported} to {item.right}: {item.reason.en}"]
    record["done"] = "; ".join(step for step in steps if step)
