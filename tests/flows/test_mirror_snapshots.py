"""What may leave the office: what is published already, never records, sensitive counts or what nobody declared."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from datetime import date
from pathlib import Path

from support.mirrors import in_memory
from support.office import Office, copy_sources

from catalog.settings import PROJECT, Settings
from flows.declared import load_contracts
from flows.mirror import mirror
from flows.mirror_snapshots import choose_snapshots
from flows.mirror_store import Store
from sources.store import LogEntry, Rollback, SnapshotStore


def a_world(folder: Path, sensitive: str = "") -> Settings:
    """An office of all bundled contracts whose log has a file for each, an indicator of whose catalog is sensitive."""
    shutil.copytree(PROJECT / "catalog", folder / "catalog")
    poverty = folder / "catalog" / "poverty.toml"
    declared = poverty.read_text("utf-8")
    if sensitive:
        assert f'id = "{sensitive}"\n' in declared
        poverty.write_text(
            declared.replace(f'id = "{sensitive}"\n', f'id = "{sensitive}"\nsensitive = true\n'), "utf-8"
        )
    settings = Settings(data=folder / "data", sources=copy_sources(folder / "sources"), catalog=folder / "catalog")
    store = SnapshotStore(settings.data)
    for path in sorted(settings.sources.rglob("*.toml")):
        keep(store, path.stem, path.stem.encode())
    keep(store, "kontraknya-hilang", b"tanpa kontrak")
    refused = LogEntry("kota-mojokerto-kemiskinan", "0" * 64, 9, "csv", date(2026, 1, 2), "file:x", outcome="refused")
    store.keep(refused, None)
    store.accept(Rollback("a", "b", "alasan kantor", date(2026, 1, 3)))
    return settings


def keep(store: SnapshotStore, source: str, data: bytes) -> None:
    digest = hashlib.sha256(data).hexdigest()
    store.keep(LogEntry(source, digest, len(data), "csv", date(2026, 1, 1), f"file:{source}.csv"), data)


def test_records_and_files_without_a_contract_stay(tmp_path: Path) -> None:
    settings = a_world(tmp_path)
    chosen = choose_snapshots(settings, "open")
    going = {entry.source for entry in chosen.entries.values()}
    staying = {entry.source for entry in chosen.withheld.values()}
    assert {"kota-mojokerto-kemiskinan", "kabupaten-mojokerto-kemiskinan"} <= going
    assert {"contoh-pengaduan", "contoh-evaluasi-kota-mojokerto", "kontraknya-hilang"} <= staying
    assert not going & staying
    lines = [json.loads(line) for line in chosen.log.splitlines()]
    assert {line["source"] for line in lines} == going
    assert b"alasan kantor" not in chosen.log


def test_a_list_of_an_office_stays_even_where_it_is_called_a_publication(tmp_path: Path) -> None:
    settings = a_world(tmp_path)
    contract = next(settings.sources.rglob("contoh-pengaduan.toml"))
    declared = re.sub(r'(?m)^evidence = ".*"$', 'evidence = "publication"', contract.read_text("utf-8"))
    contract.write_text(declared.replace("synthetic = true\n", "", 1), "utf-8")
    contracts, faults = load_contracts(settings)
    assert faults == {}
    assert contracts["contoh-pengaduan"].contract.evidence == "publication"
    assert "contoh-pengaduan" in {entry.source for entry in choose_snapshots(settings, "open").withheld.values()}


def test_files_with_a_sensitive_indicator_stay_and_so_do_those_it_can_be_worked_out_from(tmp_path: Path) -> None:
    before = {entry.source for entry in choose_snapshots(a_world(tmp_path / "a"), "open").entries.values()}
    settings = a_world(tmp_path / "b", sensitive="poor_population")
    after = {entry.source for entry in choose_snapshots(settings, "open").entries.values()}
    assert "kota-mojokerto-kemiskinan" in before - after
    assert after < before


def test_bytes_that_an_office_keeps_for_itself_too_stay(tmp_path: Path) -> None:
    settings = a_world(tmp_path)
    keep(SnapshotStore(settings.data), "contoh-pengaduan", b"kota-mojokerto-kemiskinan")
    chosen = choose_snapshots(settings, "open")
    assert "kota-mojokerto-kemiskinan" not in {entry.source for entry in chosen.entries.values()}


def test_a_private_store_holds_the_whole_log_and_none_holds_nothing(tmp_path: Path) -> None:
    settings = a_world(tmp_path)
    kept = SnapshotStore(settings.data)
    chosen = choose_snapshots(settings, "all")
    assert chosen.log == kept.log_path.read_bytes()
    assert len(chosen.entries) == len({entry.sha256 for entry in kept.entries() if entry.outcome == "kept"})
    assert choose_snapshots(settings, "none").entries == {}


def test_what_must_stay_is_named_when_it_lies_there_from_before_and_the_salt_never_goes(
    office: Office,
) -> None:
    data = office.settings.data
    (data / "salt").write_text("garam-rahasia", "utf-8")
    keep(SnapshotStore(data), "daftar-kantor", b"catatan kantor")
    store = in_memory()
    (stray,) = (entry for entry in SnapshotStore(data).entries() if entry.source == "daftar-kantor")
    assert mirror(office.settings, store).snapshots.withheld == {"daftar-kantor": 1}
    assert not any(b"kantor" in bytes(content) for content in in_store(store, "snapshots/").values())
    assert mirror(office.settings, store, snapshots="all").snapshots.strays == ()
    assert mirror(office.settings, store).snapshots.strays == (f"{stray.sha256}.csv",)
    assert set(in_store(store, "")) == {
        "current.json",
        *(f"snapshots/{path.name}" for path in (data / "snapshots").iterdir()),
        *(f"releases/{name}" for name in store.listing("releases")),
    }
    assert not any(b"garam-rahasia" in content for content in in_store(store, "").values())
    assert not any("salt" in name for name in in_store(store, ""))


def in_store(store: Store, prefix: str) -> dict[str, bytes]:
    found = store.fs.cat(store.fs.find(store.root))
    names = {name.removeprefix(store.root + "/"): bytes(data) for name, data in found.items()}
    return {name: data for name, data in names.items() if name.startswith(prefix)}
