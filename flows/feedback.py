"""What the owner of a file should fix, in Indonesian, as a page and as a sheet: data/feedback/<source>.html, .csv.

Derived anew every night; a source in order has no feedback. Nothing in the sheet can run as a formula, and nothing
in the page as markup.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from html import escape
from pathlib import Path

from catalog.contract import AnyContract, RecordsContract
from catalog.words import harmless
from expectations.rules import for_owner
from expectations.verdict import RowFailure
from flows.editions import Standing, failures_of
from flows.layout import FEEDBACK
from flows.staging import Judged

COLUMNS = ("berkas", "baris", "kolom", "yang tertulis", "yang perlu diperbaiki")
Row = tuple[str, str, str, str, str]
PAGE = """<!doctype html>
<html lang="id"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Perbaikan berkas {source}</title>
<style>body{{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color:#1a1a1a}}
table{{border-collapse:collapse;width:100%}}
th,td{{border:1px solid #bbb;padding:.4rem .6rem;text-align:left;vertical-align:top}}
th{{background:#f2f2f2}}</style></head><body>
<h1>Yang perlu diperbaiki: {title}</h1>
<p>Kepada {owner}. Berkas <strong>{file}</strong>, terlihat {seen}. {verdict}</p>
<table><thead><tr>{head}</tr></thead><tbody>
{body}
</tbody></table>
<p>Setelah diperbaiki, kirim berkas dengan nama dan susunan kolom yang sama; malam berikutnya diperiksa kembali.</p>
</body></html>
"""


def write_feedback(data: Path, contracts: Mapping[str, AnyContract], judged: Standing) -> list[Path]:
    """Write the feedback of every source whose newest file needs mending; remove that of the others."""
    folder = data / FEEDBACK
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for source, items in judged.items():
        rows = feedback_rows(items[-1], contracts[source]) if items else []
        if rows:
            written += _write(folder, items[-1], contracts[source], rows)
    for path in folder.iterdir():
        if path not in written:
            path.unlink()
    return written


def feedback_rows(newest: Judged, contract: AnyContract) -> list[Row]:
    """What is wrong in the newest file: the reason it was refused, and every cell that holds figures back, once."""
    file = contract.connector.path if contract.connector.kind == "file" else contract.id
    rows: list[Row] = []
    if newest.refused is not None:
        rows.append((file, "", "", "", for_owner(newest.refused).id))
    rows += [(file, str(item.source_line), item.mend_column, item.mend_text, item.message_id) for item in _held(newest)]
    return list(dict.fromkeys(rows))


def _held(newest: Judged) -> list[RowFailure]:
    return [failure for failure in failures_of(newest) if failure.severity == "critical"]


def _write(folder: Path, newest: Judged, contract: AnyContract, rows: list[Row]) -> list[Path]:
    page, sheet = folder / f"{contract.id}.html", folder / f"{contract.id}.csv"
    for path, text in ((page, html_page(newest, contract, rows)), (sheet, csv_sheet(rows))):
        aside = path.with_name(f".{path.name}.tmp")
        aside.write_text(text, "utf-8", newline="")
        aside.replace(path)
    return [page, sheet]


def csv_sheet(rows: list[Row]) -> str:
    """The rows for a spreadsheet in Indonesian settings: `;`, a byte-order mark, no cell that is a formula."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return "\ufeff" + text.getvalue()


def html_page(newest: Judged, contract: AnyContract, rows: list[Row]) -> str:
    """The rows as a page for the owner of the file."""
    refused, held = newest.refused is not None, "catatan" if isinstance(contract, RecordsContract) else "angka"
    verdict = (
        f"Berkas ini ditolak seluruhnya; {held} terakhir yang diterima tetap dipakai."
        if refused
        else f"{len({item.row_id for item in _held(newest)})} {held} ditahan; {held} lainnya sudah diterima."
    )
    body = "\n".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return PAGE.format(
        source=escape(contract.id),
        title=escape(contract.title.id),
        owner=escape(contract.owner),
        file=escape(rows[0][0]),
        seen=newest.entry.first_seen.isoformat(),
        verdict=verdict,
        head="".join(f"<th>{escape(name)}</th>" for name in COLUMNS),
        body=body,
    )
