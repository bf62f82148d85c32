"""`mojoraya indicators`: the dictionary of what is measured."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from cli.output import add_format, show

if TYPE_CHECKING:
    from catalog.settings import Settings

HELP = "daftar indikator / list the indicators"
COLUMNS = {
    "id": ("indikator", "domain", "nama", "satuan", "aturan_gabungan", "produsen"),
    "en": ("indicator", "domain", "name", "unit", "joint_rule", "producer"),
}


def add(parser: argparse.ArgumentParser) -> None:
    """A listing."""
    add_format(parser)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """One row per indicator of the catalog."""
    from catalog.load import load_catalog

    catalog = load_catalog(settings.catalog)
    rows = [
        (
            item.id,
            item.domain,
            item.label.get(settings.lang),
            catalog.units[item.unit].label.get(settings.lang),
            " > ".join(rule.kind for rule in item.rules),
            item.producer,
        )
        for item in catalog.indicators.values()
    ]
    show(COLUMNS[settings.lang], rows, args)
    return 0
