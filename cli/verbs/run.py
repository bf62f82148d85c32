"""`mojoraya run`: one night, now."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from catalog.settings import Settings

HELP = "jalankan satu malam sekarang / run one night now"


def add(parser: argparse.ArgumentParser) -> None:
    """`run` takes no arguments of its own."""
    parser.set_defaults(verb="run")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Run the Prefect flow `nightly` once and print its summary."""
    del args
    from flows.run import run_nightly

    outcome = run_nightly(settings, lambda line: print(line, flush=True))
    print()
    print(outcome.summary(settings.lang))
    return outcome.exit_code
