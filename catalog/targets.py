"""What governments set out to reach: typed models of targets.toml, checked against indicators and regions."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, Field

from catalog.contract import Evidence
from catalog.models import Agglomeration, Indicator
from catalog.strict import Bilingual, DeclarationError, Declared, explain_errors

FILE = "targets.toml"
Better = Literal["lower_is_better", "higher_is_better"]
FormulaId = Literal["ratio", "twice_target", "inverse"]
# What can be said of a target; transforms/targets.py says when.
VERDICTS = ("met", "on_track", "off_track", "no_data")
Model = TypeVar("Model", bound=BaseModel)


class Formula(Declared):
    """A way in which governments print achievement, in percent; transforms/targets.py computes it."""

    id: FormulaId
    label: Bilingual
    direction: Better
    reference: Bilingual


class Document(Declared):
    """The document that sets targets; `publication` is what we read them from.

    `base_year` is the first year of the plan: paces are measured from it on. A `synthetic` one is an example of
    ours that no government has published.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    title: Bilingual
    base_year: int
    publication: str
    published: date | None = None
    evidence: Evidence
    synthetic: bool = False


class Target(Declared):
    """What a region is to reach in a year: one `value`, or a range `low` to `high`, in the indicator's unit.

    `direction` stands only where the document sees it otherwise than the indicator's own entry, or the indicator
    has none.
    """

    document: str
    region: str
    indicator: str
    year: int
    value: float | None = None
    low: float | None = None
    high: float | None = None
    formula: FormulaId
    direction: Better | None = None

    @property
    def where(self) -> str:
        """How messages name the entry."""
        return f"{FILE}, [[target]] {self.region} {self.indicator} {self.year}"

    @property
    def ends(self) -> tuple[float, float]:
        """The lower and the upper end of what is aimed at; equal for a single value."""
        low = self.low if self.value is None else self.value
        high = self.high if self.value is None else self.value
        if low is None or high is None:
            raise DeclarationError(f"{self.where}: neither a value nor a range")
        return low, high

    def direction_under(self, indicator: Indicator) -> str:
        """Which direction is better: the target's own, else the indicator's."""
        return self.direction or indicator.direction


@dataclass(frozen=True)
class Targets:
    """targets.toml as a whole; formulas and documents by id."""

    formulas: Mapping[str, Formula]
    documents: Mapping[str, Document]
    targets: tuple[Target, ...]

    def plain(self) -> list[Any]:
        """Everything declared as plain data, for digests."""
        parts = (*self.formulas.values(), *self.documents.values(), *self.targets)
        return [item.model_dump(mode="json") for item in parts]


NO_TARGETS = Targets({}, {}, ())


def load_targets(folder: Path) -> Targets:
    """Read targets.toml of a catalog folder; raises `DeclarationError` naming the entry and the key at fault."""
    try:
        values = tomllib.loads((folder / FILE).read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise DeclarationError(
            f"{FILE}: not readable as TOML: {error}", f"{FILE}: tidak terbaca sebagai TOML: {error}"
        ) from None
    known = ("formula", "document", "target")
    for name in sorted(set(values) - set(known)):
        near = _near(name, known)
        raise DeclarationError(
            f"{FILE}: unknown table '{name}'; {near.en}", f"{FILE}: tabel '{name}' tidak dikenal; {near.id}"
        )
    return Targets(
        formulas=_by_id(_entries(values, "formula", Formula), "formula"),
        documents=_by_id(_entries(values, "document", Document), "document"),
        targets=tuple(_entries(values, "target", Target)),
    )


def target_faults(
    declared: Targets, indicators: Mapping[str, Indicator], agglomerations: Mapping[str, Agglomeration]
) -> list[Bilingual]:
    """One sentence per target that points at nothing, contradicts itself or its indicator, or is set twice."""
    regions = {code for place in agglomerations.values() for code in (*place.members, place.id)}
    known = {
        "document": declared.documents,
        "formula": declared.formulas,
        "indicator": indicators,
        "region": dict.fromkeys(regions),
    }
    faults: list[Bilingual] = []
    seen: set[tuple[str, str, int, str]] = set()
    for item in declared.targets:
        lost = list(_lost(item, known))
        faults += lost or list(_contradictions(item, declared, indicators[item.indicator], set(agglomerations)))
        key = (item.region, item.indicator, item.year, item.document)
        if key in seen:
            faults.append(_fault(item, "dinyatakan dua kali oleh satu dokumen", "is set twice by one document"))
        seen.add(key)
    return faults


def _lost(item: Target, known: Mapping[str, Mapping[str, Any]]) -> Iterator[Bilingual]:
    for key, there in known.items():
        name = str(getattr(item, key))
        if name not in there:
            near = _near(name, there)
            yield _fault(item, f"{key} '{name}' tidak ada di katalog; {near.id}", f"unknown {key} '{name}'; {near.en}")


def _contradictions(
    item: Target, declared: Targets, indicator: Indicator, agglomerations: set[str]
) -> Iterator[Bilingual]:
    document, formula = declared.documents[item.document], declared.formulas[item.formula]
    direction = item.direction_under(indicator)
    if (item.value is None) == (item.low is None and item.high is None) or (item.low is None) != (item.high is None):
        yield _fault(item, "tulis 'value' saja, atau 'low' dan 'high'", "give 'value' alone, or 'low' and 'high'")
        return
    low, high = item.ends
    bounds = indicator.bounds
    if item.value is None and low >= high:
        yield _fault(item, f"'low' {low} tidak di bawah 'high' {high}", f"'low' {low} is not below 'high' {high}")
    if (bounds.min is not None and low < bounds.min) or (bounds.max is not None and high > bounds.max):
        yield _fault(item, "nilainya di luar batas indikator", "its value is outside the indicator's bounds")
    if item.direction is not None and item.direction == indicator.direction:
        yield _fault(
            item,
            "'direction' sama dengan arah indikatornya; hapus saja",
            "'direction' repeats the indicator's own; leave it out",
        )
    elif direction == "neutral":
        yield _fault(
            item,
            "indikatornya tidak menyatakan arah; tulis 'direction'",
            "its indicator has no better direction; give 'direction'",
        )
    elif formula.direction != direction:
        yield _fault(
            item,
            f"rumus '{formula.id}' untuk {formula.direction}, padahal arahnya {direction}",
            f"the formula '{formula.id}' is for {formula.direction}, but the direction is {direction}",
        )
    if item.region in agglomerations and not document.synthetic:
        yield _fault(
            item,
            "kawasan gabungan tidak mempunyai pemerintah; targetnya hanya boleh dari dokumen 'synthetic'",
            "an agglomeration has no government; its target may only come from a 'synthetic' document",
        )
    if item.year <= document.base_year:
        yield _fault(
            item,
            f"tahunnya tidak sesudah base_year {document.base_year} dokumennya",
            f"its year is not after the base_year {document.base_year} of its document",
        )


def _fault(item: Target, indonesian: str, english: str) -> Bilingual:
    return Bilingual(id=f"{item.where}: {indonesian}", en=f"{item.where}: {english}")


def _near(name: str, known: Iterable[str]) -> Bilingual:
    """What may have been meant, else what there is to choose from."""
    choices = sorted(known)
    near = difflib.get_close_matches(name, choices, n=1)
    if near:
        return Bilingual(id=f"maksudnya '{near[0]}'?", en=f"did you mean '{near[0]}'?")
    listed = ", ".join(choices[:8])
    return Bilingual(id=f"misalnya {listed}", en=f"choose one such as {listed}")


def _entries(values: Mapping[str, Any], key: str, model: type[Model]) -> list[Model]:
    entries = []
    for number, item in enumerate(values.get(key, []), start=1):
        named = item.get("id") or " ".join(str(item[name]) for name in ("region", "indicator", "year") if name in item)
        with explain_errors(f"{FILE}, [[{key}]] {named or number}", model):
            entries.append(model.model_validate(item))
    return entries


Named = TypeVar("Named", Formula, Document)


def _by_id(items: Iterable[Named], key: str) -> dict[str, Named]:
    found: dict[str, Named] = {}
    for item in items:
        if item.id in found:
            raise DeclarationError(
                f"{FILE}: the {key} '{item.id}' is declared twice", f"{FILE}: {key} '{item.id}' dinyatakan dua kali"
            )
        found[item.id] = item
    return found
