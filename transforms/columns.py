"""From a frame to Arrow, where pandas itself would be slow."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import pyarrow as pa


def arrow_columns(rows: pd.DataFrame | pa.Table, names: Sequence[str]) -> pa.Table:
    """The columns of a frame or of an Arrow table as an Arrow table."""
    if isinstance(rows, pa.Table):
        return rows.select(list(names))
    return pa.Table.from_pandas(rows[list(names)], preserve_index=False)
