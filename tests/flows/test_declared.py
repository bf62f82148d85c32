"""One contract asked for alone is the one among all, and a thousand sources are not a million looks."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from support.office import Office

import flows.declared
import sources.store
from catalog.contract import contract_paths
from catalog.settings import Settings
from flows import stages
from flows.declared import load_contract_of, load_contracts
from flows.reading import unread

MANY = 12
LONG, WIDE = "kabupaten-mojokerto-kemiskinan", "kota-mojokerto-kemiskinan"


def agree(settings: Settings) -> None:
    """Every source asked for alone is as among all."""
    found, faults = load_contracts(settings)
    for source in {*found, *faults, "nobody"}:
        item, fault = load_contract_of(settings, source)
        assert item == found.get(source)
        assert fault == faults.get(source)


def test_one_contract_is_what_it_is_among_all(office: Office) -> None:
    settings = office.settings
    agree(settings)
    path = next(item for item in contract_paths(settings.sources) if item.stem == WIDE)
    text = path.read_text("utf-8")
    path.write_text("this is no TOML", "utf-8")
    agree(settings)
    found, fault = load_contract_of(settings, WIDE)
    assert fault is not None
    assert found is not None, "the last good text stands in"
    path.write_text(text.replace("Kemiskinan Kota", "Kemiskinan di Kota"), "utf-8")
    mended, _ = load_contract_of(settings, WIDE)
    assert mended is not None
    assert mended.contract.title.id.startswith("Kemiskinan di Kota")


@pytest.mark.parametrize("listed", [True, False], ids=["listed long ago", "listed just now"])
def test_contracts_that_come_and_go_are_seen_at_once(office: Office, *, listed: bool) -> None:
    settings = office.settings
    if listed:
        aged(settings.sources)
    agree(settings)
    path = next(item for item in contract_paths(settings.sources) if item.stem == WIDE)
    deep = settings.sources / "baru" / "dalam"
    deep.mkdir(parents=True)
    shutil.move(path, deep / path.name)
    agree(settings)
    moved, _ = load_contract_of(settings, WIDE)
    assert moved is not None
    assert moved.folder == deep
    shutil.copy(deep / path.name, path)
    agree(settings)
    assert load_contract_of(settings, WIDE)[1] is not None, "one id, two files"
    (deep / path.name).unlink()
    path.unlink()
    agree(settings)
    assert load_contract_of(settings, WIDE) == (None, None)


def test_a_folder_of_sources_that_comes_later_is_seen(office: Office, tmp_path: Path) -> None:
    settings = office.settings.model_copy(update={"sources": tmp_path / "later"})
    assert load_contract_of(settings, WIDE) == (None, None)
    shutil.copytree(office.settings.sources, settings.sources)
    aged(settings.sources)
    agree(settings)
    assert load_contract_of(settings, WIDE)[0] is not None


def aged(sources_folder: Path) -> None:
    """Let folders be as old as those of an office that has run for a while."""
    for folder, _, _ in os.walk(sources_folder):
        os.utime(folder, (1_700_000_000, 1_700_000_000))


def test_a_night_looks_no_oftener_at_folders_and_log_for_many_sources(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(MANY):
        another(office, number)
    look(office)
    listings: list[Path] = []
    parsed: list[object] = []
    said = sources.store._said  # noqa: SLF001

    def listing(folder: Path) -> list[Path]:
        listings.append(folder)
        return contract_paths(folder)

    def saying(values: dict[str, Any]) -> object:
        parsed.append(values)
        return said(values)

    aged(office.settings.sources)
    monkeypatch.setattr(flows.declared, "contract_paths", listing)
    monkeypatch.setattr(sources.store, "_said", saying)
    office.edit(WIDE, lambda text: text.replace("5,77", "5,79"))
    assert look(office) == MANY + 3
    assert len(listings) < MANY // 2
    assert len(parsed) == 1, "the line that this night added"


def look(office: Office) -> int:
    """Fetch and read all sources, as a night does before it publishes; how many there are."""
    names = stages.list_sources(office.settings)
    for name in names:
        stages.fetch_source(office.settings, name)
        assert set(unread(office.settings, [name])) <= {name}
        stages.read_source(office.settings, name)
    return len(names)


def another(office: Office, number: int) -> None:
    """One more source, of the bytes of another."""
    contract = next(item for item in contract_paths(office.settings.sources) if item.stem == LONG)
    name = f"{LONG}-{number}"
    text = contract.read_text("utf-8").replace(f'id = "{LONG}"', f'id = "{name}"')
    contract.with_name(f"{name}.toml").write_text(text, "utf-8")
