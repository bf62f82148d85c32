"""The page of a release as a night makes it: with the formulas that `mojoraya explain` prints."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from catalog.load import Catalog, load_catalog
from catalog.settings import Settings
from dashboard.figures import Explaining, Key
from dashboard.page import render
from dashboard.prepared import prepared
from dashboard.tables import shown_of
from warehouse.book import Book, load_joint_book
from warehouse.build import region_rows
from warehouse.explain_words import done_in_words
from warehouse.formula import formula_of, written


def page_of(catalog: Catalog, boundaries: Sequence[Path] = (), cache: Path | None = None) -> Callable[[Path], str]:
    """What renders the page of a release directory; `cache` is a folder for what no figure changes."""
    return lambda release: render(release, catalog, explaining(release, catalog), boundaries, cache)


def prepare_page(settings: Settings) -> None:
    """Keep what no figure changes of the next page, so that it need not be made while a release is written."""
    regions = [row for row in region_rows(load_catalog(settings.catalog)) if row.get("valid_to") is None]
    prepared([row["code"] for row in shown_of(regions)], cache_of(settings))


def cache_of(settings: Settings) -> Path:
    """The folder that keeps what no figure changes of a page."""
    return settings.data / "staging"


def explaining(release: Path, catalog: Catalog) -> Explaining:
    """Formulas and words of the release in the directory `release`, the same as `mojoraya explain` has."""
    return Explaining(formulas(load_joint_book(release)), lambda done, lang: done_in_words(done, catalog, lang))


def formulas(book: Book) -> dict[Key, str]:
    """The formula of every derived joint value in force, with its numbers in Indonesian form."""
    found: dict[Key, str] = {}
    for key, row in book.figures.items():
        formula = formula_of(book, key)
        if formula is not None:
            digits = int(book.indicators[key.indicator]["derived_decimals"])
            found[key] = written(formula, row["value"], digits, "id")
    return found
