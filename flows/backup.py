"""Backup and restore: the snapshots, their log and the contracts' last good texts are all that cannot be made again.

Everything else (staging, warehouse, releases) is a function of these, of the sources folder, the catalog and the code.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from catalog.settings import Settings
from catalog.strict import Bilingual, ToldError
from flows import layout
from flows.lock import night_lock
from sources.store import SnapshotStore
from warehouse.disk import file_sha256, put_in_place, temporary_name

LOG = "log.jsonl"
FOLDERS = ("snapshots", "contracts")


class BackupRefused(ToldError, ValueError):
    """There is no whole backup, or none was restored; `message` says why and what to do."""


@dataclass(frozen=True)
class Copied:
    """How many files a backup or a restore holds, and how many of them were copied now."""

    files: int
    copied: int


def back_up(settings: Settings, folder: Path) -> Copied:
    """Copy what cannot be made again into `folder`; what is there already is not copied again.

    The log comes last and by one rename, so that a backup is whole at every instant. Bytes are compared by their hash.
    Raises `BackupRefused` for damaged snapshots, a folder that holds the backup of another office, cannot be written or
    is inside the data folder, `flows.layout.LayoutTooNew`, and `flows.lock.NightInProgress` while a night runs.
    """
    if folder.resolve().is_relative_to(settings.data.resolve()):
        raise BackupRefused(
            Bilingual(
                id=f"{folder} ada di dalam folder data sendiri. Pilih folder di luar, sebaiknya di diska lain.",
                en=f"{folder} is inside the data folder itself. Choose one outside, on another disk if you can.",
            )
        )
    with night_lock(settings.data):
        _refuse_damage(settings.data)
        _refuse_another(settings.data, folder)
        layout.refuse_newer(folder)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            layout.mark(folder)
            return _copy(settings.data, folder)
        except OSError as error:
            # What the data folder itself refuses is told as it is anywhere else.
            if error.filename and Path(str(error.filename)).is_relative_to(settings.data):
                raise
            raise BackupRefused(_not_written(folder, error)) from error


def _not_written(folder: Path, error: OSError) -> Bilingual:
    return Bilingual(
        id=f"{folder} tidak dapat ditulis ({error.strerror}). Periksa nama, izin dan ruangnya, dan apakah diskanya "
        "terpasang, lalu jalankan lagi; yang sudah disalin tidak disalin ulang.",
        en=f"{folder} cannot be written ({error.strerror}). See to its name, permissions and room, and whether its "
        "disk is mounted, then run again; what was copied is not copied again.",
    )


def restore(settings: Settings, folder: Path) -> Copied:
    """Copy a backup back into the data folder: lost and damaged snapshots, and what the log here does not know yet.

    Raises `BackupRefused` when `folder` holds no whole backup, or the log here says something that the backup does
    not, `flows.layout.LayoutTooNew` for the backup of a newer version, and `flows.lock.NightInProgress` while a night
    runs. The release is then made again by `mojoraya rebuild`.
    """
    if not (folder / "snapshots" / LOG).is_file():
        raise BackupRefused(
            Bilingual(
                id=f"{folder} tidak memuat cadangan (snapshots/{LOG} tidak ada).",
                en=f"{folder} holds no backup (there is no snapshots/{LOG}).",
            )
        )
    layout.refuse_newer(folder)
    with night_lock(settings.data):
        _refuse_damage(folder)
        here, there = (_log(path) for path in (settings.data, folder))
        if not (there.startswith(here) or here.startswith(there)):
            raise BackupRefused(
                Bilingual(
                    id="Catatan di folder data ini bukan lanjutan cadangan itu, dan cadangan itu bukan lanjutannya. "
                    "Pulihkan ke folder data yang kosong (--data FOLDER).",
                    en="The log in this data folder does not continue that backup, nor the other way round. "
                    "Restore into an empty data folder (--data FOLDER).",
                )
            )
        return _copy(folder, settings.data, keep_log=len(here) > len(there))


def _log(data: Path) -> bytes:
    path = data / "snapshots" / LOG
    return path.read_bytes() if path.is_file() else b""


def _refuse_damage(data: Path) -> None:
    store = SnapshotStore(data)
    for entry in store.entries():
        if entry.outcome == "kept" and not store.holds(entry):
            raise BackupRefused(
                Bilingual(
                    id=f"Berkas {entry.sha256[:12]} dari {entry.source} di {data} hilang atau rusak. "
                    "Lihat: mojoraya verify",
                    en=f"The file {entry.sha256[:12]} of {entry.source} in {data} is missing or damaged. "
                    "See: mojoraya verify",
                )
            )


def _refuse_another(data: Path, folder: Path) -> None:
    """A backup is a beginning of the log here; anything else is another office's, or a later state of this one."""
    if not _log(data).startswith(_log(folder)):
        raise BackupRefused(
            Bilingual(
                id=f"{folder} memuat cadangan lain, bukan keadaan lama dari folder data ini. Pilih folder lain.",
                en=f"{folder} holds another backup, not an earlier state of this data folder. Choose another folder.",
            )
        )


def _copy(here: Path, there: Path, *, keep_log: bool = False) -> Copied:
    found = list(_files(here))
    copied = sum(_copy_file(here / name, there / name) for name in found)
    if not keep_log and (here / "snapshots" / LOG).is_file():
        copied += _copy_file(here / "snapshots" / LOG, there / "snapshots" / LOG)
    return Copied(len(found) + 1, copied)


def _files(data: Path) -> Iterator[Path]:
    """The files of a backup but for the log; work in progress is none."""
    for folder in FOLDERS:
        for path in sorted((data / folder).rglob("*")):
            if path.is_file() and path.name != LOG and not path.name.startswith("."):
                yield path.relative_to(data)


def _copy_file(source: Path, target: Path) -> bool:
    """Copy a file, whole or not at all, unless the same bytes stand there; says whether it copied."""
    if target.is_file() and file_sha256(target) == file_sha256(source):
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = temporary_name(target)
    shutil.copyfile(source, aside)
    put_in_place(aside, target)
    return True
