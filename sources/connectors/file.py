"""A file in the folder of its contract or below it, or the newest file of a drop folder.

A contract's `path` cannot reach outside its folder. A drop folder may stand elsewhere, because the contract's
author says so, but whoever drops files there cannot make us read beyond it through a link.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from os import stat_result
from pathlib import Path
from stat import S_ISREG

from catalog.connector import FileConnector
from catalog.contract import ContractFile
from catalog.strict import Bilingual
from sources.connectors.failures import NotFound, TerminalFailure, TransientFailure
from sources.connectors.interface import Delivery, Outside, Seen, Unchanged
from sources.connectors.retry import LONGEST_WAIT, attempt

# Names under which copying tools, browsers and office programs keep a file that is not finished.
UNFINISHED = (".tmp", ".part", ".partial", ".crdownload", ".download", ".filepart", ".swp")


@dataclass(frozen=True)
class Dropped:
    """A file in a drop folder as it stood when we looked."""

    path: Path
    stat: stat_result

    @property
    def changed(self) -> float:
        """When it was last written to, in seconds since 1970."""
        return self.stat.st_mtime

    @property
    def stamp(self) -> str:
        """The same in words that sort by time."""
        return datetime.fromtimestamp(self.changed, UTC).isoformat(timespec="milliseconds")


def deliver(
    connector: FileConnector, contract_file: ContractFile, last: Seen | None, outside: Outside
) -> Delivery | Unchanged:
    """Read the file that the contract names, or the newest of its drop folder.

    Raises `NotFound` when there is none, `TransientFailure` while it is being written or cannot be read.
    """
    limit = contract_file.contract.format.max_bytes
    if connector.path:
        path = inside(contract_file.folder, connector.path)
        return Delivery(_read(path, connector.path, limit), f"file:{connector.path}", _suffix(path))
    until = outside.clock() + LONGEST_WAIT
    return attempt(lambda: _newest(contract_file.folder, connector, limit, last, outside), outside, until)


def inside(folder: Path, relative: str) -> Path:
    """The path of a file named by a contract; raises `TerminalFailure` when it is outside `folder`."""
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


def _newest(
    beside: Path, connector: FileConnector, limit: int, last: Seen | None, outside: Outside
) -> Delivery | Unchanged:
    folder = Path(connector.folder) if Path(connector.folder).is_absolute() else inside(beside, connector.folder)
    found = sorted(_dropped(folder, connector), key=lambda item: (item.stat.st_mtime_ns, item.path.name))
    if not found and last is not None:
        return Unchanged(last.url)
    if not found:
        raise NotFound(
            Bilingual(
                id=f"belum ada berkas '{connector.pattern}' di folder {connector.folder}. Letakkan berkasnya di sana.",
                en=f"there is no file '{connector.pattern}' in the folder {connector.folder} yet. Put one there.",
            )
        )
    settle = connector.settle_seconds
    settled = [item for item in found if not settle or outside.now() - item.changed >= settle]
    if not settled:
        raise _being_written(found[-1], settle)
    choice = settled[-1]
    data = _read(choice.path, choice.path.name, limit)
    now = _stat(choice.path)
    if now is None or (now.st_size, now.st_mtime_ns) != (choice.stat.st_size, choice.stat.st_mtime_ns):
        raise _being_written(choice, settle)
    notes = tuple(_notes(choice, found[-1], last))
    return Delivery(data, f"file:{choice.path.name}", _suffix(choice.path), last_modified=choice.stamp, notes=notes)


def _dropped(folder: Path, connector: FileConnector) -> Iterator[Dropped]:
    """The finished-looking files of a drop folder that match, links that lead out of it left aside."""
    try:
        paths = list(folder.iterdir())
    except OSError as error:
        raise NotFound(
            Bilingual(
                id=f"folder {connector.folder} tidak dapat dibuka ({error.strerror}). "
                "Buat foldernya atau perbaiki kontrak.",
                en=f"the folder {connector.folder} cannot be opened ({error.strerror}). Create it, or mend the "
                "contract.",
            )
        ) from None
    root = folder.resolve()
    for path in paths:
        name = path.name.lower()
        if name.startswith((".", "~$")) or name.endswith(UNFINISHED):
            continue
        stat = _stat(path) if fnmatchcase(name, connector.pattern.lower()) else None
        if stat is not None and S_ISREG(stat.st_mode) and path.resolve().is_relative_to(root):
            yield Dropped(path, stat)


def _stat(path: Path) -> stat_result | None:
    """How a file stands, or None when it has just been taken away."""
    try:
        return path.stat()
    except OSError:
        return None


def _being_written(item: Dropped, settle: float) -> TransientFailure:
    return TransientFailure(
        Bilingual(
            id=f"berkas {item.path.name} masih ditulis (berubah {item.stamp}). Diambil setelah dibiarkan "
            f"{settle:g} detik; bila waktunya di masa depan, periksa jam komputer pengirim.",
            en=f"the file {item.path.name} is still being written (changed {item.stamp}). It is taken once left alone "
            f"for {settle:g} seconds; if that time lies ahead, check the sender's clock.",
        ),
        retry_after=settle,
    )


def _notes(choice: Dropped, newest: Dropped, last: Seen | None) -> Iterator[Bilingual]:
    if newest is not choice:
        yield Bilingual(
            id=f"{newest.path.name} lebih baru tetapi masih ditulis (berubah {newest.stamp}); diambil lain kali.",
            en=f"{newest.path.name} is newer but still being written (changed {newest.stamp}); it is taken next time.",
        )
    if last is not None and last.last_modified is not None and choice.stamp < last.last_modified:
        yield Bilingual(
            id=f"{choice.path.name} lebih tua daripada berkas yang terakhir diambil.",
            en=f"{choice.path.name} is older than the file that was taken last.",
        )


def _read(path: Path, name: str, limit: int) -> bytes:
    try:
        # One byte more than the limit is enough for the door to see that the file is too large.
        with path.open("rb") as file:
            return file.read(min(path.stat().st_size, limit) + 1)
    except FileNotFoundError:
        failure: TerminalFailure | TransientFailure = NotFound(
            Bilingual(
                id=f"berkas {name} tidak ada di folder kontraknya. Letakkan berkas itu di sana.",
                en=f"the file {name} is not in the folder of its contract. Put it there.",
            )
        )
    except OSError as error:
        failure = TransientFailure(
            Bilingual(
                id=f"berkas {name} tidak dapat dibaca ({error.strerror}). Periksa izin dan disk.",
                en=f"the file {name} cannot be read ({error.strerror}). Check permissions and disk.",
            )
        )
    raise failure


def _suffix(path: Path) -> str:
    return path.suffix.lstrip(".").lower()
