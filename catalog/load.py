"""Load the catalog: TOML and CSV beside this module, checked as a whole."""

from __future__ import annotations

import csv
import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from catalog import classification
from catalog.classification import Scheme
from catalog.identities import AnyIdentity, load_identities
from catalog.models import (
    Agglomeration,
    Breakdown,
    Growth,
    Indicator,
    Instrument,
    Precedence,
    RatioOf,
    RatioOfSums,
    Reason,
    Recomputed,
    Region,
    SumOf,
    Unit,
    WeightedMean,
)
from catalog.monitoring import NOTHING_DECLARED, Monitoring, load_monitoring
from catalog.records import FILE as RECORDS
from catalog.records import RecordType
from catalog.satu_data import NOTHING_SAID, SatuDataWords, load_satu_data
from catalog.strict import DeclarationError, digest_of, explain_errors
from catalog.targets import NO_TARGETS, Targets, load_targets, target_faults

HERE = Path(__file__).resolve().parent
FOREVER = 9999
DOMAINS = ("poverty", "economy", "services")
Model = TypeVar("Model", bound=BaseModel)
Stamps = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class Catalog:
    """Everything declared about figures, keyed by id or code."""

    indicators: dict[str, Indicator]
    units: dict[str, Unit]
    breakdowns: dict[str, Breakdown]
    regions: tuple[Region, ...]
    aliases: tuple[tuple[str, str], ...]
    agglomerations: dict[str, Agglomeration]
    precedence: tuple[Precedence, ...]
    instruments: dict[str, Instrument] = field(default_factory=dict)
    reasons: dict[str, Reason] = field(default_factory=dict)
    identities: tuple[AnyIdentity, ...] = ()
    targets: Targets = NO_TARGETS
    records: dict[str, RecordType] = field(default_factory=dict)
    schemes: tuple[Scheme, ...] = ()
    monitoring: Monitoring = NOTHING_DECLARED
    satu_data: SatuDataWords = NOTHING_SAID

    @cached_property
    def regions_by_code(self) -> dict[str, Region]:
        """The regions whose codes are in force now, by Kemendagri code."""
        return {region.code: region for region in self.regions if region.valid_to is None}

    @cached_property
    def digest(self) -> str:
        """Changes with anything declared; part of what a release is a function of."""
        identities = [item.model_dump(mode="json") for item in self.identities]
        records = [self.digest_for_record(name) for name in sorted(self.records)]
        schemes = [item.model_dump(mode="json") for item in self.schemes]
        rules = (self.targets.plain(), records, schemes, self.monitoring, self.satu_data)
        return digest_of(self.digest_for(self.indicators), identities, *rules)

    def digest_for_record(self, record: str) -> str:
        """A digest over the parts that reading and judging records of one type depends on."""
        return digest_of(
            self.records[record],
            [region.model_dump(mode="json") for region in self.regions],
            self.aliases,
        )

    def digest_for(self, indicators: Iterable[str]) -> str:
        """A digest over the parts that reading and judging figures of `indicators` depends on."""
        return digest_of(
            [self.indicators[name].model_dump(mode="json") for name in sorted(indicators)], self._digest_of_the_rest
        )

    @cached_property
    def _digest_of_the_rest(self) -> str:
        """Over what figures of any indicator are read by: asked for each of many files, and regions are many."""
        return digest_of(
            [unit.model_dump(mode="json") for unit in self.units.values()],
            [item.model_dump(mode="json") for item in self.breakdowns.values()],
            [region.model_dump(mode="json") for region in self.regions],
            self.aliases,
            [item.model_dump(mode="json") for item in self.agglomerations.values()],
            [item.model_dump(mode="json") for item in self.precedence],
            [item.model_dump(mode="json") for item in self.identities if item.at_door],
        )

    def in_domain(self, domain: str) -> list[Indicator]:
        """The indicators of a domain, in the order of its file."""
        return [item for item in self.indicators.values() if item.domain == domain]


def load_catalog(folder: Path = HERE) -> Catalog:
    """Read and cross-check the catalog; raises `DeclarationError` naming the file and the entry at fault."""
    return _load(folder, stamps(folder.glob("*.toml"), folder.glob("*.csv")))


def stamps(*paths: Iterable[Path]) -> Stamps:
    """Name, time and size of files: what must be unchanged for a file read before to stand."""
    found = [(str(path), path.stat()) for group in paths for path in group]
    return tuple(sorted((name, stat.st_mtime_ns, stat.st_size) for name, stat in found))


@lru_cache(maxsize=4)
def _load(folder: Path, _stamps: Stamps) -> Catalog:
    """Stages ask for the catalog some forty times a night; it is read again only when a file changed."""
    indicators = _indicators(folder)
    catalog = Catalog(
        indicators=indicators,
        units={item.id: item for item in _entries(folder / "units.toml", "unit", Unit)},
        breakdowns={item.id: item for item in _entries(folder / "breakdowns.toml", "breakdown", Breakdown)},
        regions=tuple(_rows(folder / "regions.csv", Region)),
        aliases=tuple(_aliases(folder / "region_aliases.csv")),
        agglomerations={
            item.id: item for item in _entries(folder / "agglomerations.toml", "agglomeration", Agglomeration)
        },
        precedence=tuple(_entries(folder / "precedence.toml", "series", Precedence)),
        instruments={item.id: item for item in _entries(folder / "instruments.toml", "instrument", Instrument)},
        reasons={item.id: item for item in _entries(folder / "reasons.toml", "reason", Reason)},
        identities=load_identities(folder),
        targets=load_targets(folder),
        records={item.id: item for item in _entries(folder / RECORDS, "record", RecordType)},
        schemes=tuple(_entries(folder / classification.FILE, "scheme", Scheme)),
        monitoring=load_monitoring(folder),
        satu_data=load_satu_data(folder, indicators),
    )
    faults = list(_faults(catalog))
    if faults:
        raise DeclarationError("\n".join(faults))
    told = target_faults(catalog.targets, catalog.indicators, catalog.agglomerations)
    if told:
        raise DeclarationError("\n".join(item.en for item in told), "\n".join(item.id for item in told))
    return catalog


def _indicators(folder: Path) -> dict[str, Indicator]:
    found: dict[str, Indicator] = {}
    for domain in DOMAINS:
        for item in _entries(folder / f"{domain}.toml", "indicator", Indicator, domain=domain):
            if item.id in found:
                raise DeclarationError(f"{domain}.toml: the indicator '{item.id}' is declared twice")
            found[item.id] = item
    return found


def _entries(path: Path, key: str, model: type[Model], **extra: Any) -> list[Model]:
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise DeclarationError(f"{path.name}: not readable as TOML: {error}") from None
    unknown = set(values) - {key}
    if unknown:
        raise DeclarationError(f"{path.name}: unknown table '{min(unknown)}'; did you mean '{key}'?")
    entries = []
    for number, item in enumerate(values.get(key, []), start=1):
        with explain_errors(f"{path.name}, [[{key}]] {item.get('id', number)}", model):
            entries.append(model.model_validate({**item, **extra}))
    return entries


def _rows(path: Path, model: type[Model]) -> list[Model]:
    rows = []
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), start=2):
            given = {name: text for name, text in row.items() if text != ""}
            with explain_errors(f"{path.name}, line {number}", model):
                rows.append(model.model_validate(given))
    return rows


def _aliases(path: Path) -> list[tuple[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [(row["code"], row["alias"]) for row in csv.DictReader(file)]


def _faults(catalog: Catalog) -> Iterable[str]:
    """One sentence per entry that points at something the catalog does not have."""
    for item in catalog.indicators.values():
        yield from _indicator_faults(catalog, item)
    yield from _region_faults(catalog)
    for code, alias in catalog.aliases:
        if code not in catalog.regions_by_code:
            yield f"region_aliases.csv: '{alias}' points at the unknown code '{code}'"
    for place in catalog.agglomerations.values():
        for code in (*place.members, *place.peers, place.province):
            if code not in catalog.regions_by_code:
                yield f"agglomerations.toml: '{place.id}' names the unknown region '{code}'"
    for series in catalog.precedence:
        for name in series.indicators:
            if name not in catalog.indicators:
                yield f"precedence.toml: unknown indicator '{name}'"
    yield from _scheme_faults(catalog)


def _scheme_faults(catalog: Catalog) -> Iterable[str]:
    """A scheme speaks of fields and codes that an evaluation has."""
    evaluation = catalog.records.get("evaluation")
    fields = evaluation.by_name if evaluation else {}
    codes = {name: {code.code for code in item.codes} for name, item in fields.items()}
    for scheme in catalog.schemes:
        for name in scheme.fields:
            if name not in fields:
                yield f"{classification.FILE}: '{scheme.id}' names '{name}', which is no field of an evaluation"
        for field_name, used in (("scheme", [scheme.id]), ("class_official", scheme.classes)):
            for code in used:
                if code not in codes.get(field_name, set()):
                    yield f"{classification.FILE}: '{code}' is no code of the field '{field_name}' of {RECORDS}"
    yield from _version_faults(catalog, codes.get("scheme", set()))


def _version_faults(catalog: Catalog, codes: Iterable[str]) -> Iterable[str]:
    """Every code of a scheme has its versions, and no two of them speak for one year."""
    for code in sorted(codes):
        years = sorted((item.first_year, item.last_year or FOREVER) for item in catalog.schemes if item.id == code)
        if not years:
            yield f"{RECORDS}: the scheme '{code}' has no [[scheme]] in {classification.FILE}"
        for (_, last), (first, _) in pairwise(years):
            if first <= last:
                yield f"{classification.FILE}: two versions of '{code}' speak for {first}"


def _region_faults(catalog: Catalog) -> Iterable[str]:
    codes = {region.code for region in catalog.regions}
    current = Counter(region.code for region in catalog.regions if region.valid_to is None)
    for code in sorted(code for code, times in current.items() if times > 1):
        yield f"regions.csv: the code '{code}' is in force twice"
    for region in catalog.regions:
        for name, target in (("parent", region.parent), ("successor", region.successor)):
            if target is not None and target not in codes:
                yield f"regions.csv: the {name} '{target}' of '{region.code}' is unknown"
        if region.instrument and region.instrument not in catalog.instruments:
            yield f"regions.csv: the instrument '{region.instrument}' of '{region.code}' is unknown"


def _indicator_faults(catalog: Catalog, item: Indicator) -> Iterable[str]:
    where = f"{item.domain}.toml, {item.id}"
    unit = catalog.units.get(item.unit)
    if unit is None:
        yield f"{where}: unknown unit '{item.unit}'"
    elif unit.canonical != unit.id:
        yield f"{where}: unit '{unit.id}' is not canonical; use '{unit.canonical}'"
    for name in (*item.breakdowns, *([item.total_from] if item.total_from else [])):
        if name not in catalog.breakdowns:
            yield f"{where}: unknown breakdown '{name}'"
    for rule in (*item.rules, *([item.derive] if item.derive else [])):
        for name in _inputs(rule):
            if name not in catalog.indicators:
                yield f"{where}: its rule needs the unknown indicator '{name}'"


def _inputs(rule: object) -> list[str]:
    """The indicators that a rule or derivation reads."""
    if isinstance(rule, RatioOfSums):
        return [rule.numerator] if rule.denominator == "implied" else [rule.numerator, rule.denominator]
    if isinstance(rule, RatioOf):
        return [rule.numerator, rule.denominator]
    if isinstance(rule, Growth):
        return [rule.of]
    if isinstance(rule, WeightedMean):
        return rule.weights
    if isinstance(rule, Recomputed):
        return rule.components
    return rule.parts if isinstance(rule, SumOf) else []
