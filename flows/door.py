"""The door with the file opened: expectations judge the cells that transforms found in a workbook or HTML page."""

from __future__ import annotations

from catalog.contract import Contract
from expectations.door import DoorRefusal, judge_bytes, unopened
from transforms.cells import cells_of
from transforms.mismatch import ContractMismatch


def judge_at_door(data: bytes, contract: Contract, snapshot: str | None = None) -> DoorRefusal | None:
    """The first reason to turn bytes away, or None; a file over the size limit is not opened."""
    if len(data) > contract.format.max_bytes or not data:
        return judge_bytes(data, contract, snapshot)
    try:
        cells = cells_of(data, contract)
    except ContractMismatch as error:
        return unopened(error.message, contract, snapshot)
    return judge_bytes(data, contract, snapshot, cells)
