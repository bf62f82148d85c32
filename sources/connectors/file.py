"""A file in the folder of its contract, or below it; a contract cannot reach outside its folder."""

from __future__ import annotations

from pathlib import Path

from catalog.contract import ContractFile
from catalog.strict import Bilingual
from sources.connectors.interface import Delivery, TerminalFailure, TransientFailure


def deliver(contract_file: ContractFile) -> Delivery:
    """Read the file that the contract names; raises `TerminalFailure` when it is missing or out of bounds."""
    contract = contract_file.contract
    path = _inside(contract_file.folder, contract.connector.path)
    try:
        size = path.stat().st_size
        # One byte more than the limit is enough for the door to see that the file is too large.
        data = _head(path, min(size, contract.format.max_bytes) + 1)
    except FileNotFoundError:
        raise TerminalFailure(
            Bilingual(
                id=f"berkas {contract.connector.path} tidak ada di folder kontraknya. Letakkan berkas itu di sana.",
                en=f"the file {contract.connector.path} is not in the folder of its contract. Put it there.",
            )
        ) from None
    except OSError as error:
        raise TransientFailure(
            Bilingual(
                id=f"berkas {contract.connector.path} tidak dapat dibaca ({error.strerror}). Periksa izin dan disk.",
                en=f"the file {contract.connector.path} cannot be read ({error.strerror}). Check permissions and disk.",
            )
        ) from None
    return Delivery(data=data, url=f"file:{contract.connector.path}", suffix=path.suffix.lstrip(".").lower())


def _head(path: Path, limit: int) -> bytes:
    with path.open("rb") as file:
        return file.read(limit)


def _inside(folder: Path, relative: str) -> Path:
    root = folder.resolve()
    path = (root / relative).resolve()
    if not path.is_relative_to(root):
        raise TerminalFailure(
            Bilingual(
                id=f"kontrak menunjuk berkas di luar foldernya sendiri ({relative}). Pindahkan berkasnya.",
                en=f"the contract points outside its own folder ({relative}). Move the file there.",
            )
        )
    return path
