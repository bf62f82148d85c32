"""`mojoraya serve`: a Prefect server with its UI on localhost, and every night on schedule."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from catalog.settings import Settings

HELP = "layani: server Prefect dan jadwal malam / serve: Prefect server and the nightly schedule"


def add(parser: argparse.ArgumentParser) -> None:
    """When to run, in which time zone, and where the UI stands."""
    parser.add_argument("--cron", default=None, help="jadwal cron / cron schedule (0 1 * * *)")
    parser.add_argument("--timezone", default=None, help="zona waktu / time zone (Asia/Jakarta)")
    parser.add_argument("--port", type=int, default=4200, help="port UI di localhost / UI port (4200)")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Serve until stopped."""
    from flows.serve import serve

    return int(serve(settings, args.cron or settings.cron, args.timezone or settings.timezone, args.port))
