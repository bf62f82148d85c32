"""A year's column that is another year's copy: the publisher pasted one twice, and one of the two is wrong."""

from __future__ import annotations

from collections.abc import Sequence

from transforms.coded import Coded
from transforms.header import PlacedColumn
from transforms.mismatch import mismatch

# Fewer rows or values may agree by chance: two facilities in each of four towns, say.
ROWS, VALUES = 8, 4


def refuse_repeated_years(columns: Sequence[PlacedColumn], cells: Sequence[Coded]) -> None:
    """Raise `ContractMismatch` at the first year whose cells all repeat those of a year before it."""
    pairs = repeated_years(columns, cells)
    if not pairs:
        return
    told = ", ".join(f"{later.year} = {earlier.year}" for earlier, later in pairs)
    raise mismatch(
        "repeated_year",
        None,
        f"kolom tahun berisi salinan tahun lain di semua baris: {told}. Minta kolom yang benar kepada penerbit, "
        "atau sebutkan tahunnya di years.repeats bila memang sama.",
        f"the column of a year is a copy of another year's in every row: {told}. Ask the publisher for the right "
        "column, or name the year in years.repeats if it is truly equal.",
    )


def repeated_years(columns: Sequence[PlacedColumn], cells: Sequence[Coded]) -> list[tuple[PlacedColumn, PlacedColumn]]:
    """Pairs of year columns of one run with equal cells in every row, none of them declared to be so."""
    pairs = []
    first: dict[tuple[int, tuple[str, ...]], PlacedColumn] = {}
    for item in sorted((item for item in columns if item.column.years), key=lambda item: item.year or 0):
        texts = tuple(cells[item.number - 1].values())
        if len(texts) < ROWS or len(set(texts)) < VALUES:
            continue
        earlier = first.setdefault((id(item.column), texts), item)
        declared = item.column.years.repeats if item.column.years else []
        if earlier is not item and item.year not in declared:
            pairs.append((earlier, item))
    return pairs
