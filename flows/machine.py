"""What a machine refuses a night (room, the right to write, open files, memory), told in a sentence."""

from __future__ import annotations

import errno
from collections.abc import Iterator

from catalog.strict import Bilingual

STANDS = Bilingual(id="Rilis terakhir tidak tersentuh.", en="The last release was not touched.")
FULL = Bilingual(
    id="Diska folder data penuh. Kosongkan ruang (mojoraya status menyebut pemakaiannya), lalu jalankan lagi.",
    en="The disk of the data folder is full. Make room (mojoraya status tells what is used), then run again.",
)
CLOSED = Bilingual(
    id="Folder data tidak dapat ditulis. Periksa pemilik foldernya dan apakah diskanya hanya-baca, lalu jalankan lagi.",
    en="The data folder cannot be written. See who owns it and whether its disk is read-only, then run again.",
)
FILES = Bilingual(
    id="Terlalu banyak berkas terbuka di komputer ini. Naikkan batasnya (ulimit -n), lalu jalankan lagi.",
    en="Too many files are open on this machine. Raise the limit (ulimit -n), then run again.",
)
BROKEN = Bilingual(
    id="Diskanya gagal membaca atau menulis. Periksa diskanya, cadangkan folder data, lalu jalankan lagi.",
    en="The disk failed to read or write. Check the disk, back up the data folder, then run again.",
)
MEMORY = Bilingual(
    id="Memori komputer ini habis. Tutup program lain atau jalankan di komputer yang lebih besar, lalu jalankan lagi.",
    en="The memory of this machine is used up. Close other programs or take a larger machine, then run again.",
)
BY_NUMBER = {
    errno.ENOSPC: FULL,
    errno.EDQUOT: FULL,
    errno.EFBIG: FULL,
    errno.EROFS: CLOSED,
    errno.EACCES: CLOSED,
    errno.EPERM: CLOSED,
    errno.EMFILE: FILES,
    errno.ENFILE: FILES,
    errno.EIO: BROKEN,
    errno.ENOMEM: MEMORY,
}
# What DuckDB and Arrow quote of the system, whose number they do not hand on.
BY_TEXT = {
    "no space left on device": FULL,
    "disk quota exceeded": FULL,
    "file too large": FULL,
    "read-only file system": CLOSED,
    "permission denied": CLOSED,
    "too many open files": FILES,
    "input/output error": BROKEN,
    "out of memory": MEMORY,
}


def machine_fault(error: BaseException) -> Bilingual | None:
    """What the machine refused and what to do, or None for an error that is not the machine's."""
    for link in _chain(error):
        if isinstance(link, MemoryError):
            return MEMORY
        if isinstance(link, OSError) and link.errno in BY_NUMBER:
            return BY_NUMBER[link.errno]
        if isinstance(link, OSError) or type(link).__module__.partition(".")[0] in {"duckdb", "_duckdb", "pyarrow"}:
            said = str(link).lower()
            for text, fault in BY_TEXT.items():
                if text in said:
                    return fault
    return None


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An error and what it came from; clearing up after a full disk may fail of something else."""
    link: BaseException | None = error
    while link is not None:
        yield link
        link = link.__cause__ or link.__context__
