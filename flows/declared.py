"""The catalog and the contracts of one night; a contract that cannot be read never stops the others."""

from __future__ import annotations

from catalog.contract import ContractFile, contract_paths, load_contract
from catalog.load import Catalog, load_catalog
from catalog.settings import Settings
from catalog.strict import DeclarationError


def load_contracts(settings: Settings) -> tuple[dict[str, ContractFile], dict[str, str]]:
    """Contracts by source id, sorted, and one sentence per contract file that is not of its form."""
    catalog = load_catalog(settings.catalog)
    found: dict[str, ContractFile] = {}
    faults: dict[str, str] = {}
    for path in contract_paths(settings.sources):
        try:
            item = load_contract(path)
            check_against(item, catalog)
        except DeclarationError as error:
            faults[path.stem] = str(error)
            continue
        if item.contract.id in found:
            faults[path.stem] = f"{path.name}: the id '{item.contract.id}' is used by another contract too"
        found[item.contract.id] = item
    return dict(sorted(found.items())), faults


def check_against(item: ContractFile, catalog: Catalog) -> None:
    """Refuse a contract that names what the catalog does not have; raises `DeclarationError`."""
    name, contract = item.path.name, item.contract
    for measure in contract.measures:
        if measure.indicator not in catalog.indicators:
            raise DeclarationError(f"{name}: unknown indicator '{measure.indicator}'; declare it in the catalog first")
        unit = catalog.units.get(measure.unit)
        if unit is None:
            raise DeclarationError(f"{name}: unknown unit '{measure.unit}'")
        wanted = catalog.indicators[measure.indicator].unit
        if unit.canonical != wanted:
            raise DeclarationError(
                f"{name}: '{measure.indicator}' is measured in {wanted}, and '{unit.id}' does not convert to it"
            )
    for code in contract.expect.regions:
        if code not in catalog.regions_by_code:
            raise DeclarationError(f"{name}: expect.regions names the unknown region '{code}'")
    for column in contract.columns:
        if column.dimension and column.dimension not in catalog.breakdowns:
            raise DeclarationError(f"{name}: unknown breakdown '{column.dimension}'")
