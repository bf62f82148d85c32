"""`mojoraya install`: the nights as a hardened systemd service, or as a timer."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from catalog.settings import Settings

HELP = "pasang sebagai layanan systemd / install as a systemd service"
BOOTED = Path("/run/systemd/system")
SYSTEM = Path("/etc/systemd/system")
NO_SYSTEMD = {
    "id": "Komputer ini tidak dijalankan oleh systemd, jadi tidak ada yang dipasang. Pakai satu baris cron "
    "(docs/operator/index.md), atau lihat isinya saja: mojoraya install --print",
    "en": "This machine does not run systemd, so nothing was installed. Use a line of cron (docs/operator/index.md), "
    "or only look: mojoraya install --print",
}
NOT_WRITTEN = {
    "id": "{folder} tidak dapat ditulis ({why}). Ulangi dengan sudo, atau untuk akun sendiri: mojoraya install --user",
    "en": "{folder} cannot be written ({why}). Try again with sudo, or for your own account: mojoraya install --user",
}
WRITTEN = {"id": "Ditulis: {path}", "en": "Written: {path}"}
NEXT = {"id": "Ketik berikutnya:", "en": "Type next:"}


def add(parser: argparse.ArgumentParser) -> None:
    """Which units, for whom, or only to look."""
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument(
        "--serve",
        action="store_true",
        help="satu layanan yang terus hidup (bawaan) / one service that stays up (default)",
    )
    kind.add_argument(
        "--timer", action="store_true", help="timer yang menjalankan satu malam / a timer that runs one night"
    )
    parser.add_argument("--user", action="store_true", help="untuk akun sendiri, tanpa root / for your own account")
    parser.add_argument("--print", action="store_true", help="tampilkan saja / only show, write nothing")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Write the units and say what to type next; 1 where there is no systemd or the folder cannot be written."""
    from cli.units import SERVE, TIMER, render

    names, lang = (TIMER if args.timer else SERVE), settings.lang
    units = render(settings, names, user=args.user)
    if args.print:
        for name, text in units.items():
            print(f"# {name}\n{text}")
        return 0
    if not (BOOTED.is_dir() and shutil.which("systemctl")):
        print(NO_SYSTEMD[lang], file=sys.stderr)
        return 1
    folder = user_folder() if args.user else SYSTEM
    try:
        for name, text in units.items():
            put(folder / name, text)
            print(WRITTEN[lang].format(path=folder / name))
    except OSError as error:
        print(NOT_WRITTEN[lang].format(folder=folder, why=error.strerror), file=sys.stderr)
        return 1
    print(f"\n{NEXT[lang]}\n")
    for line in next_steps(settings.data, names, user=args.user, other=folder):
        print(f"  {line}")
    return 0


def user_folder() -> Path:
    """Where the manager of one user looks for units."""
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "systemd" / "user"


def put(path: Path, text: str) -> None:
    """Write a unit whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.new")
    try:
        aside.write_text(text, "utf-8")
        aside.chmod(0o644)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def next_steps(data: Path, names: tuple[str, ...], *, user: bool, other: Path) -> list[str]:
    """The commands that bring the units to life; one that was installed in the other form is ended first."""
    from shlex import quote

    from cli.units import SERVE, TIMER

    systemctl = "systemctl --user" if user else "systemctl"
    started, ended = (TIMER[-1], SERVE[0]) if names == TIMER else (SERVE[0], TIMER[-1])
    lines = []
    if not user:
        folder = quote(str(data))
        account = f"useradd --system --home-dir {folder} --shell /usr/sbin/nologin mojoraya"
        lines = [f"id mojoraya || {account}", f"mkdir -p {folder}", f"chown -R mojoraya: {folder}"]
    lines.append(f"{systemctl} daemon-reload")
    if (other / ended).exists():
        lines.append(f"{systemctl} disable --now {ended}")
    lines.append(f"{systemctl} enable --now {started}")
    if user:
        lines.append('loginctl enable-linger "$USER"')
    return [*lines, f"{systemctl} status {started}"]
