"""Workbooks that a test writes itself: the few files of a zip that make an XLSX or an ODS."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from catalog.contract import Contract

Rows = Sequence[Sequence[Any]]
OFFICE = "http://schemas.openxmlformats.org"
MAIN = f'xmlns="{OFFICE}/spreadsheetml/2006/main"'


def packed(files: Mapping[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return out.getvalue()


def xlsx(sheets: Mapping[str, Rows], hidden: Sequence[str] = ()) -> bytes:
    listed = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{number}" r:id="r{number}" '
        f'state="{"hidden" if name in hidden else "visible"}"/>'
        for number, name in enumerate(sheets, start=1)
    )
    links = "".join(
        f'<Relationship Id="r{number}" Type="{OFFICE}/officeDocument/2006/relationships/worksheet" '
        f'Target="worksheets/sheet{number}.xml"/>'
        for number in range(1, len(sheets) + 1)
    )
    related = f'xmlns="{OFFICE}/package/2006/relationships"'
    book = f"{OFFICE}/officeDocument/2006/relationships"
    return packed(
        {
            "[Content_Types].xml": f'<Types xmlns="{OFFICE}/package/2006/content-types"/>',
            "_rels/.rels": f'<Relationships {related}><Relationship Id="r" Type="{book}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>',
            "xl/workbook.xml": f'<workbook {MAIN} xmlns:r="{book}"><sheets>{listed}</sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f"<Relationships {related}>{links}</Relationships>",
            **{f"xl/worksheets/sheet{n}.xml": sheet_xml(rows) for n, rows in enumerate(sheets.values(), start=1)},
        }
    )


def sheet_xml(rows: Rows) -> str:
    body = "".join(
        f'<row r="{line}">' + "".join(_cell(line, number, cell) for number, cell in enumerate(row)) + "</row>"
        for line, row in enumerate(rows, start=1)
    )
    return f"<worksheet {MAIN}><sheetData>{body}</sheetData></worksheet>"


def _cell(line: int, number: int, cell: Any) -> str:
    place = f"{chr(ord('A') + number)}{line}"
    if cell == "":
        return ""
    if isinstance(cell, int | float):
        return f'<c r="{place}"><v>{cell!r}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(cell)}</t></is></c>'


def ods(name: str, rows: Rows) -> bytes:
    spaces = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"' for short in ("office", "table", "text")
    )
    body = "".join(f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in rows)
    content = (
        f"<office:document-content {spaces}><office:body><office:spreadsheet>"
        f"<table:table table:name={quoteattr(name)}>{body}</table:table>"
        "</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    listed = f'<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>'  # noqa: E501
    return packed({"mimetype": kind, "META-INF/manifest.xml": listed, "content.xml": content})


def _ods_cell(cell: Any) -> str:
    if isinstance(cell, int | float):
        return (
            f'<table:table-cell office:value-type="float" office:value="{cell!r}"><text:p>{cell}</text:p>'
            "</table:table-cell>"
        )
    return f'<table:table-cell office:value-type="string"><text:p>{escape(cell)}</text:p></table:table-cell>'


def contract(**changes: Any) -> Contract:
    """A contract on the two governments' poverty rate, years as columns; each test changes what it is about."""
    both = {"id": "Kemiskinan", "en": "Poverty"}
    values: dict[str, Any] = {
        "id": "uji",
        "title": both,
        "publisher": "BPS",
        "owner": "BPS",
        "publication": "Tabel",
        "evidence": "publication",
        "edition": "replaces",
        "connector": {"kind": "file", "path": "uji.xlsx"},
        "format": {"kind": "workbook"},
        "columns": [
            {"header": ["Wilayah"], "role": "region_name"},
            {"header": ["{year}"], "role": "value", "years": {"first": 2023}},
        ],
        "measures": [{"indicator": "poverty_rate", "unit": "percent", "precision": [{"decimals": 2}]}],
        "marks": {"missing": ["-"]},
        "expect": {"regions": ["35.76", "35.16"], "first_year": 2015},
    }
    return Contract.model_validate({**values, **changes})
