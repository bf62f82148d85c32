"""The door with the file opened: expectations judge the cells that transforms found in a workbook or HTML page."""

from __future__ import annotations

from catalog.contract import AnyContract
from catalog.formats import CsvFormat, Format
from catalog.strict import Bilingual
from expectations.door import DoorRefusal, judge_bytes, personal_sentence, unopened
from expectations.privacy import decode, personal_data
from transforms.cells import cells_of
from transforms.mismatch import ContractMismatch


def judge_at_door(data: bytes, contract: AnyContract, snapshot: str | None = None) -> DoorRefusal | None:
    """The first reason to turn bytes away, or None; a file over the size limit is not opened."""
    if len(data) > contract.format.max_bytes or not data:
        return judge_bytes(data, contract, snapshot)
    try:
        cells = cells_of(data, contract.format)
    except ContractMismatch as error:
        return unopened(error.message, contract, snapshot)
    return judge_bytes(data, contract, snapshot, cells)


def personal_in(data: bytes, form: Format) -> Bilingual | None:
    """What personal data a file without a contract holds and where, or None; raises `ContractMismatch`.

    A column headed `nama` alone may name regions; with any other sign of persons the file is one on persons.
    """
    texts, delimiter = cells_of(data, form), ","
    if isinstance(form, CsvFormat):
        texts, delimiter = [decode(data, form.encoding)], form.delimiter
    found = [item for text in texts or [] for item in personal_data(text, delimiter=delimiter, declared=("nama",))]
    return personal_sentence(found) if found else None
