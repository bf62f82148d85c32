"""`mojoraya sql "QUERY"`: read-only SQL on the current release, external access off."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from cli.output import add_format, show

if TYPE_CHECKING:
    from catalog.settings import Settings

HELP = "kueri SQL atas rilis terkini / SQL on the current release"


def add(parser: argparse.ArgumentParser) -> None:
    """One statement."""
    parser.add_argument("query", help="satu pernyataan SQL / one SQL statement")
    add_format(parser)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Print the answer; 1 when there is no release or the query fails, with DuckDB's reason."""
    from cli.current import release_or_complain
    from warehouse.query import QueryError, query

    release = release_or_complain(settings)
    if release is None:
        return 1
    try:
        columns, rows = query(release, args.query)
    except QueryError as error:
        print(error.message.get(settings.lang), file=sys.stderr)
        return 1
    show(columns, rows, args)
    return 0
