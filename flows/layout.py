"""The layout of the data folder by number, so that an older program leaves alone what a newer one has written.

The number goes up when a change would make an older program misread or lose something: a log line it cannot read, a
file it would put in the wrong place. A new column of a release or a new cache is no such change. Every version reads
the layouts of all versions before it; docs/decisions/0007-layout-of-the-data-folder.md lists them.
"""

from __future__ import annotations

from pathlib import Path

from catalog.strict import Bilingual, ToldError

LAYOUT = 1
FILE = "layout"
FEEDBACK = "feedback"


class LayoutTooNew(ToldError):
    """A newer program has written this data folder; `message` says so and what to do."""


def feedback_page(data: Path, source: str) -> Path:
    """What the owner of a source's file should mend, as long as there is anything."""
    return data / FEEDBACK / f"{source}.html"


def refuse_newer(data: Path) -> None:
    """Raise `LayoutTooNew` for a folder of a layout above ours; a folder without a number is of the first."""
    try:
        told = (data / FILE).read_text("utf-8", "replace").strip()
    except (FileNotFoundError, NotADirectoryError):
        return
    known = told.isascii() and told.isdigit()
    if known and int(told) <= LAYOUT:
        return
    shown = told if known else f"'{told[:20]}'"
    raise LayoutTooNew(
        Bilingual(
            id=f"Folder data {data} ditulis versi Mojoraya yang lebih baru (tata letak {shown}; versi ini mengenal "
            f"sampai {LAYOUT}). Tidak ada yang diubah. Ambil versi terbaru programnya, atau pulihkan cadangan ke "
            "folder lain.",
            en=f"The data folder {data} was written by a newer version of Mojoraya (layout {shown}; this version knows "
            f"up to {LAYOUT}). Nothing was changed. Get the newest version of the program, or restore a backup into "
            "another folder.",
        )
    )


def mark(data: Path) -> None:
    """Write our number where there is none or an older one; before anything of ours is written beside it."""
    from warehouse.disk import put_in_place, temporary_name

    path = data / FILE
    if path.is_file() and path.read_text("utf-8").strip() == str(LAYOUT):
        return
    aside = temporary_name(path)
    aside.write_text(f"{LAYOUT}\n", "utf-8")
    put_in_place(aside, path)
