"""`mojoraya page`: the current release in a browser on this machine."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from catalog.settings import Settings

HELP = "layani halaman rilis di komputer ini / serve the release's page on this machine"
PORT = 8350
SERVED = {
    "id": "Halaman rilis {release}: {address}\nHanya dari komputer ini; Ctrl-C untuk berhenti.",
    "en": "Page of release {release}: {address}\nFrom this machine only; Ctrl-C to stop.",
}
TAKEN = {
    "id": "Port {port} tidak dapat dipakai ({why}). Pilih yang lain: mojoraya page --port 0",
    "en": "Port {port} cannot be used ({why}). Choose another: mojoraya page --port 0",
}


def add(parser: argparse.ArgumentParser) -> None:
    """On which port the page stands."""
    parser.add_argument(
        "--port",
        type=int,
        default=PORT,
        help=f"port di 127.0.0.1, 0 memilih sendiri / port, 0 takes a free one ({PORT})",
    )


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Serve until stopped; 1 when there is no release or the port cannot be used."""
    from cli.current import release_or_complain
    from dashboard.serving import ReleaseServer

    release = release_or_complain(settings)
    if release is None:
        return 1
    try:
        server = ReleaseServer(settings.data, args.port)
    except (OSError, OverflowError) as error:
        print(TAKEN[settings.lang].format(port=args.port, why=error), file=sys.stderr)
        return 1
    with server:
        try:
            print(SERVED[settings.lang].format(release=release.name, address=server.address), flush=True)
            server.serve_forever(poll_interval=0.1)
        except KeyboardInterrupt:
            print()
    return 0
