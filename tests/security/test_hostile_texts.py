"""Texts that would run: planted in a contract and in a file, and looked for in everything that is written."""

from __future__ import annotations

import argparse
import csv
import io
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError
from support.office import Office

from catalog.contract import load_contract
from catalog.load import load_catalog
from catalog.models import Breakdown, Code, Region, Unit
from catalog.strict import DeclarationError
from cli.output import show

SOURCE = "kota-mojokerto-kemiskinan"
RUNS = "</title></script><script>alert(1)</script>\"'><img src=x onerror=alert(1)>\u2028"
CELL = "<script>alert(1)</script>"
OUT = ["x'; DROP TABLE joint.poverty; --", "../../x", "<b>", 'a"b', "a b", ""]


def test_a_hostile_title_owner_and_cell_are_text_in_every_page_that_a_night_writes(office: Office) -> None:
    """One night with titles and an owner that would run, and a cell that is held back."""
    contract = next(office.settings.sources.rglob(f"{SOURCE}.toml"))
    lines = contract.read_text("utf-8").splitlines()
    quoted = '"' + RUNS.replace('"', '\\"').replace("\u2028", "\\u2028") + '"'
    for number, line in enumerate(lines):
        if line.startswith(("title.id =", "title.en =", "owner =")):
            lines[number] = f"{line.partition(' =')[0]} = {quoted}"
    contract.write_text("\n".join(lines), "utf-8")
    office.edit(SOURCE, lambda text: text.replace("5,77", CELL))
    assert office.run().release
    pages = [
        *(office.settings.data / "feedback").glob("*.html"),
        *(office.settings.data / "current").resolve().glob("*.html"),
    ]
    assert {"index.html", "checks.html", f"{SOURCE}.html"} <= {path.name for path in pages}
    told = 0
    for path in pages:
        text = path.read_text("utf-8")
        told += text.count("alert(1)")
        for sign in ("<script>alert", "<img src=x", "</title></script>", "\\u2028</script>"):
            assert sign not in text, path.name
        for piece in text.split("<script")[1:]:
            assert "\u2028" not in piece.split("</script>")[0], path.name
    assert told >= len(pages)
    sheet = (office.settings.data / "feedback" / f"{SOURCE}.csv").read_text("utf-8-sig")
    assert CELL in sheet


@pytest.mark.parametrize("text", OUT)
@pytest.mark.parametrize(
    ("model", "values"),
    [
        (Unit, lambda text: {"id": text, "label": {"id": "a", "en": "a"}, "canonical": "a"}),
        (Code, lambda text: {"code": text, "label": {"id": "a", "en": "a"}}),
        (Breakdown, lambda text: {"id": text, "label": {"id": "a", "en": "a"}, "codes": []}),
        (Region, lambda text: {"code": text, "bps_code": "3576", "name": "a", "level": "city"}),
        (Region, lambda text: {"code": "35.76", "bps_code": text, "name": "a", "level": "city"}),
    ],
)
def test_no_id_and_no_code_of_the_catalog_can_hold_sql_markup_or_a_path(
    model: type[BaseModel], values: Callable[[str], dict[str, Any]], text: str
) -> None:
    with pytest.raises(ValidationError, match="pattern"):
        model.model_validate(values(text))


def test_an_id_that_would_run_is_refused_with_its_file_and_line(tmp_path: Path) -> None:
    folder = tmp_path / "catalog"
    shutil.copytree(Path("catalog"), folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    path = folder / "regions.csv"
    path.write_text(path.read_text("utf-8").replace("35.76,", "35.76' OR '1'='1,", 1), "utf-8")
    with pytest.raises(DeclarationError, match=r"regions\.csv, line \d+: 'code'"):
        load_catalog(folder)


@pytest.mark.parametrize("name", ["../keluar", "a/b", "a.b", "A", "a b", "..", "a\n"])
def test_the_id_of_a_contract_cannot_leave_the_folders_that_are_named_after_it(office: Office, name: str) -> None:
    """Feedback, staging and lineage are named after the id."""
    contract = next(office.settings.sources.rglob(f"{SOURCE}.toml"))
    escaped = name.replace("\n", "\\n")
    contract.write_text(contract.read_text("utf-8").replace(f'id = "{SOURCE}"', f'id = "{escaped}"'), "utf-8")
    with pytest.raises(DeclarationError, match="'id'"):
        load_contract(contract)


@pytest.mark.parametrize("path", ["../keluar.csv", "/etc/hostname", "luar.csv", "luar/hostname"])
def test_a_contract_reads_no_file_outside_its_folder(office: Office, path: str) -> None:
    """Up, absolute, through a link to a file, through a link to a folder: the source fails, the others go on."""
    contract = next(office.settings.sources.rglob(f"{SOURCE}.toml"))
    outside = contract.parent.parent / "keluar.csv"
    outside.write_text("rahasia-di-luar", "utf-8")
    (contract.parent / "luar.csv").symlink_to(outside)
    (contract.parent / "luar").symlink_to("/etc")
    from sources.connectors import SourceFailure, deliver
    from sources.connectors.interface import Outside

    file = load_contract(contract)
    connector = file.contract.connector.model_copy(update={"path": path})
    spoilt = file.model_copy(update={"contract": file.contract.model_copy(update={"connector": connector})})
    with pytest.raises(SourceFailure, match="outside its own folder"):
        deliver(spoilt, None, Outside())


def test_a_listing_for_spreadsheets_has_no_formula_and_one_for_programs_is_exact(
    capsys: pytest.CaptureFixture[str],
) -> None:
    rows = [("=HYPERLINK(1)", -5.5), (" @SUM(A1)", 0), ("Kota", None)]
    show(["raw", "value"], rows, argparse.Namespace(csv=True, json=False))
    found = list(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert found == [["raw", "value"], ["'=HYPERLINK(1)", "-5.5"], ["' @SUM(A1)", "0"], ["Kota", ""]]
    show(["raw", "value"], rows, argparse.Namespace(csv=False, json=True))
    assert '"=HYPERLINK(1)"' in capsys.readouterr().out
