"""From a frame to plain Python values, where a loop over rows cannot be avoided."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import pyarrow as pa


def plain_columns(frame: pd.DataFrame, names: Sequence[str]) -> list[list[Any]]:
    """The columns as lists of plain Python values, None for NULL; looping over Arrow-backed frames takes far longer."""
    table = pa.Table.from_pandas(frame[list(names)], preserve_index=False)
    return [table.column(name).to_pylist() for name in names]
