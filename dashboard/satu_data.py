"""satu-data.json: MS-Ind and MS-Var of every indicator, as Satu Data Indonesia asks for them.

What the catalog says of an indicator is taken from its entry, the other words from satu_data.toml; what neither knows
is "tidak tersedia".
"""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from catalog.load import Catalog
from catalog.models import Indicator, NotAggregable
from catalog.satu_data import SatuDataWords, Variable
from catalog.words import number
from dashboard.meeting_tables import read

YES, NO = "ya", "tidak"
LANG = "id"


class Statement(BaseModel):
    """A row of metadata; its fields in the order of the standard, their titles the headings of the sheet."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class MsInd(Statement):
    """Metadata of one indicator (metadata statistik indikator)."""

    kode: str = Field(title="Kode")
    kode_sdsn: str = Field(title="Kode SDSN")
    nama_indikator: str = Field(title="Nama indikator")
    nama_indikator_en: str = Field(title="Nama indikator (Inggris)")
    konsep: str = Field(title="Konsep")
    definisi: str = Field(title="Definisi")
    interpretasi: str = Field(title="Interpretasi")
    metode_rumus: str = Field(title="Metode atau rumus penghitungan")
    penggabungan: list[str] = Field(title="Penggabungan untuk kawasan", min_length=1)
    ukuran: str = Field(title="Ukuran")
    satuan: str = Field(title="Satuan")
    klasifikasi_penyajian: list[str] = Field(title="Klasifikasi penyajian", min_length=1)
    komposit: bool = Field(title="Indikator komposit")
    publikasi_indikator_pembangun: str = Field(title="Publikasi ketersediaan indikator pembangun")
    indikator_pembangun: list[str] = Field(title="Indikator pembangun")
    kegiatan_penghasil: str = Field(title="Kegiatan penghasil variabel pembangun")
    variabel_pembangun: list[str] = Field(title="Variabel pembangun")
    level_estimasi: str = Field(title="Level estimasi")
    akses_umum: bool = Field(title="Dapat diakses umum")
    produsen: str = Field(title="Produsen data")
    waktu_acuan: str = Field(title="Waktu acuan")
    putus_seri: list[str] = Field(title="Putusnya seri")


class MsVar(Statement):
    """Metadata of one variable behind an indicator (metadata statistik variabel)."""

    kode: str = Field(title="Kode")
    kode_sdsn: str = Field(title="Kode SDSN")
    nama_variabel: str = Field(title="Nama variabel")
    alias: str = Field(title="Alias")
    konsep: str = Field(title="Konsep")
    definisi: str = Field(title="Definisi")
    referensi_pemilihan: str = Field(title="Referensi pemilihan")
    referensi_waktu: str = Field(title="Referensi waktu")
    tipe_data: str = Field(title="Tipe data")
    klasifikasi_isian: str = Field(title="Klasifikasi isian")
    aturan_validasi: str = Field(title="Aturan validasi")
    kalimat_pertanyaan: str = Field(title="Kalimat pertanyaan")
    akses_umum: str = Field(title="Dapat diakses umum")
    dipakai_oleh: list[str] = Field(title="Dipakai oleh indikator", min_length=1)


class SatuData(Statement):
    """The file as a whole; a sheet of the workbook per list."""

    standar: str = Field(title="Standar")
    catatan: list[str] = Field(title="Catatan")
    ms_ind: list[MsInd] = Field(title="MS-Ind", min_length=1)
    ms_var: list[MsVar] = Field(title="MS-Var", min_length=1)


def satu_data(release: Path, catalog: Catalog) -> SatuData:
    """The metadata of the indicators that the release in the directory `release` lists, in its order."""
    listed = [row["id"] for row in read(release, "core_indicator", ["id"])]
    items = [catalog.indicators[name] for name in listed]
    words = catalog.satu_data
    used: dict[str, list[str]] = {}
    for item in items:
        for name in _variables(item, words):
            used.setdefault(name, []).append(item.id)
    silent = [item.id for item in items if words.entry_of(item.id) is None]
    undescribed = [f"Belum diuraikan dalam satu_data.toml: {', '.join(silent)}."] if silent else []
    return SatuData(
        standar=words.standard or words.unavailable,
        catatan=[*words.notes, *undescribed],
        ms_ind=[_ms_ind(item, catalog) for item in items],
        ms_var=[_ms_var(name, by, catalog) for name, by in sorted(used.items())],
    )


def satu_data_json(release: Path, catalog: Catalog) -> str:
    """The metadata as JSON text, with fields in the order of the standard."""
    return satu_data(release, catalog).model_dump_json(indent=2) + "\n"


def _variables(item: Indicator, words: SatuDataWords) -> list[str]:
    """The variables behind an indicator: those declared; a figure that is collected as it is is its own."""
    entry = words.entry_of(item.id)
    if entry is not None and entry.composite:
        return []
    return entry.variables if entry is not None and entry.variables else [item.id]


def _ms_ind(item: Indicator, catalog: Catalog) -> MsInd:
    words = catalog.satu_data
    entry, none = words.entry_of(item.id), words.unavailable
    activity = words.activity_of(entry)
    composite = entry is not None and entry.composite
    return MsInd(
        kode=item.id,
        kode_sdsn=(entry.sdsn if entry else None) or none,
        nama_indikator=item.label.id,
        nama_indikator_en=item.label.en,
        konsep=entry.concept if entry else none,
        definisi=item.definition.id,
        interpretasi=entry.interpretation if entry else none,
        metode_rumus=_formula(item, words),
        penggabungan=_joint(item, words),
        ukuran=(entry.measure if entry else None) or words.measure_by_unit.get(item.unit, none),
        satuan=catalog.units[item.unit].label.id,
        klasifikasi_penyajian=[
            f"wilayah (sampai tingkat {_level(item, words)})",
            *(catalog.breakdowns[name].label.id for name in item.breakdowns),
        ],
        komposit=composite,
        publikasi_indikator_pembangun=((entry.publication if entry else None) or none) if composite else "-",
        indikator_pembangun=[_named(name, catalog) for name in entry.components] if entry else [],
        kegiatan_penghasil="-" if composite else activity.name if activity else none,
        variabel_pembangun=[_named(name, catalog) for name in _variables(item, words)],
        level_estimasi=_level(item, words),
        akses_umum=not item.sensitive,
        produsen=item.producer,
        waktu_acuan=item.reference.id,
        putus_seri=[f"{found.year}: {found.what.id}" for found in item.breaks],
    )


def _formula(item: Indicator, words: SatuDataWords) -> str:
    """The declared formula; a figure that is collected as it is has none that is known."""
    entry = words.entry_of(item.id)
    if entry is None or entry.composite or entry.variables:
        return (entry.formula if entry else None) or words.unavailable
    return entry.formula or words.as_published


def _level(item: Indicator, words: SatuDataWords) -> str:
    return words.level.get(item.estimation_level, item.estimation_level)


def _joint(item: Indicator, words: SatuDataWords) -> list[str]:
    """How the value of an agglomeration comes about, each rule in its turn, with the reason where none does."""
    told = []
    for rule in item.rules:
        label = words.rule.get(rule.kind, rule.kind)
        told.append(f"{label}: {rule.reason.id}" if isinstance(rule, NotAggregable) else label)
    return told


def _named(name: str, catalog: Catalog) -> str:
    """A variable or an indicator by its name; what is neither is told as it is declared."""
    variable = catalog.satu_data.variable_of(name)
    if variable is not None:
        return variable.name
    return catalog.indicators[name].label.id if name in catalog.indicators else name


def _ms_var(name: str, by: list[str], catalog: Catalog) -> MsVar:
    variable = catalog.satu_data.variable_of(name)
    return _declared(variable, by, catalog) if variable else _collected(catalog.indicators[name], by, catalog)


def _declared(variable: Variable, by: list[str], catalog: Catalog) -> MsVar:
    """A variable that is no indicator, in the words of satu_data.toml."""
    none = catalog.satu_data.unavailable
    return MsVar(
        kode=variable.id,
        kode_sdsn=variable.sdsn or none,
        nama_variabel=variable.name,
        alias=variable.alias or none,
        konsep=variable.concept,
        definisi=variable.definition,
        referensi_pemilihan=variable.selection or none,
        referensi_waktu=variable.reference_time or none,
        tipe_data=variable.data_type,
        klasifikasi_isian=variable.classification or none,
        aturan_validasi=variable.validation or none,
        kalimat_pertanyaan=variable.question or none,
        akses_umum=none if variable.public is None else YES if variable.public else NO,
        dipakai_oleh=by,
    )


def _collected(item: Indicator, by: list[str], catalog: Catalog) -> MsVar:
    """A variable that is an indicator of the catalog: in the words of its own entries."""
    words = catalog.satu_data
    entry, none = words.entry_of(item.id), words.unavailable
    dimensions = [catalog.breakdowns[name] for name in item.breakdowns]
    codes = [f"{known.label.id} ({len(known.codes)} kode)" for known in dimensions]
    return MsVar(
        kode=item.id,
        kode_sdsn=none,
        nama_variabel=item.label.id,
        alias=item.symbol or none,
        konsep=entry.concept if entry else none,
        definisi=item.definition.id,
        referensi_pemilihan=f"{item.producer}: {item.method_version}",
        referensi_waktu=item.reference.id,
        tipe_data="numerik",
        klasifikasi_isian="; ".join(codes) or "tidak ada (isian berupa angka)",
        aturan_validasi=_bounds(item),
        kalimat_pertanyaan=none,
        akses_umum=NO if item.sensitive else YES,
        dipakai_oleh=by,
    )


def _bounds(item: Indicator) -> str:
    """The bounds of the catalog as a rule, and what says so."""
    low, high = item.bounds.min, item.bounds.max
    basis = "menurut maknanya" if item.bounds.basis == "meaning" else "menurut riwayat angkanya"
    sides = [
        *([f"paling sedikit {number(low, LANG)}"] if low is not None else []),
        *([f"paling banyak {number(high, LANG)}"] if high is not None else []),
    ]
    return f"{', '.join(sides)} ({basis})" if sides else "tidak ada batas"
