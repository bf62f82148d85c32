"""The one error of reading: a file is not what its contract says."""

from __future__ import annotations

from catalog.strict import Bilingual, ToldError


class ContractMismatch(ToldError, ValueError):
    """A file differs from its contract; `message` says where, what was expected, found, and what to do."""

    def __init__(self, rule: str, message: Bilingual, line: int | None = None) -> None:
        super().__init__(message)
        self.rule = rule
        self.line = line


# Rules of reading whose messages repeat a cell of a row, rather than of the header.
OF_A_ROW = {"constant", "after_footer", "section"}


def without_cells(error: ContractMismatch) -> Bilingual:
    """The message of a mismatch in a file of records, whose verdicts may not repeat what stands in a row."""
    if error.rule not in OF_A_ROW:
        return error.message
    return Bilingual(
        id=f"baris {error.line}: barisnya tidak seperti dinyatakan kontrak. Apakah baris itu bergeser, "
        "atau berisi catatan kaki?",
        en=f"line {error.line}: the row is not as the contract declares it. Did it shift, or is it a note?",
    )


def mismatch(rule: str, line: int | None, indonesian: str, english: str) -> ContractMismatch:
    """A mismatch at a line of the file (1-based), or of the file as a whole when `line` is None."""
    if line is not None:
        indonesian, english = f"baris {line}: {indonesian}", f"line {line}: {english}"
    return ContractMismatch(rule, Bilingual(id=indonesian, en=english), line)
