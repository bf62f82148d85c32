"""systemd units from the templates of deploy/systemd: paths filled in and escaped, the schedule as a calendar."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

from catalog.settings import ENVIRONMENT, PROJECT, Settings
from catalog.strict import DeclarationError

TEMPLATES = PROJECT / "deploy" / "systemd"
SERVE, TIMER = ("mojoraya-serve.service",), ("mojoraya-run.service", "mojoraya-run.timer")
HOMES = (Path("/home"), Path("/root"), Path("/run/user"))
DAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
# One part of a cron field: a number or a star, maybe up to another number, maybe every so many.
PART = re.compile(r"(\*|\d+)(?:-(\d+))?(?:/(\d+))?")


def render(settings: Settings, names: tuple[str, ...], *, user: bool) -> dict[str, str]:
    """The text of each unit by its name, for the system's manager or for that of the user.

    Raises `DeclarationError` for a schedule that a systemd calendar cannot say, and for a path with a line break.
    """
    paths = [PROJECT, settings.data, settings.sources, settings.catalog, Path(sys.prefix), Path(sys.base_prefix)]
    at_home = any(path.is_relative_to(home) for path in paths for home in HOMES)
    hardening = [part(TEMPLATES / "hardening.conf")] + ([] if user else [part(TEMPLATES / "hardening-system.conf")])
    filled = {
        "HARDENING": "\n".join(hardening),
        "UNIT": "" if user else "Wants=network-online.target\nAfter=network-online.target",
        "TARGET": "default.target" if user else "multi-user.target",
        "PYTHON": argument(sys.executable),
        "PROJECT": plain(str(PROJECT)),
        "ENVIRONMENT": environment(settings, user=user),
        "HOME": "read-only" if at_home else "yes",
        "DATA": quoted(str(settings.data)),
    }
    if "mojoraya-run.timer" in names:
        filled["CALENDAR"] = calendar(settings.cron, settings.timezone)
    units = {}
    for name in names:
        text = part(TEMPLATES / name)
        for key, value in filled.items():
            text = text.replace(f"@{key}@", value)
        units[name] = text + "\n"
    return units


def part(path: Path) -> str:
    """A template without its last line break."""
    return path.read_text("utf-8").rstrip("\n")


def environment(settings: Settings, *, user: bool) -> str:
    """The settings of now, so that the service works on the same folders; secrets come from a file of their own."""
    given = {variable: str(getattr(settings, name)) for variable, name in ENVIRONMENT.items()}
    config = Path(os.environ.get("MOJORAYA_CONFIG", "mojoraya.toml")).resolve()
    if config.is_file():
        given["MOJORAYA_CONFIG"] = str(config)
    given |= {"HOME": str(settings.data)} if not user else {}
    lines = [f"Environment={quoted(f'{name}={value}')}" for name, value in given.items()]
    secrets = "%h/.config/mojoraya/environment" if user else "/etc/mojoraya/environment"
    return "\n".join([*lines, "Environment=PYTHONDONTWRITEBYTECODE=1", f"EnvironmentFile=-{secrets}"])


def plain(text: str) -> str:
    """A value that takes its whole line: only the specifiers of systemd are escaped."""
    if any(ord(letter) < ord(" ") for letter in text):
        raise DeclarationError(
            f"The folder name {text!r} holds a line break, which systemd cannot write. Rename it.",
            f"Nama folder {text!r} memuat ganti baris; systemd tidak dapat menuliskannya. Ganti namanya.",
        )
    return text.replace("%", "%%")


def quoted(text: str) -> str:
    """A word of a list: spaces, quotes and backslashes are kept."""
    escaped = plain(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def argument(text: str) -> str:
    """A word of a command line, where a dollar sign would begin a variable too."""
    return quoted(text.replace("$", "$$"))


def calendar(cron: str, timezone: str) -> str:
    """A cron schedule as systemd's OnCalendar.

    Raises `DeclarationError` for what a calendar cannot say: names, seconds, a day of the month or one of the week.
    """
    fields = cron.split()
    if len(fields) != 5 or (fields[2] != "*" and fields[4] != "*"):  # noqa: PLR2004 - the fields of cron
        raise inexpressible(cron)
    minute, hour, day, month = (_field(text, cron, start) for text, start in zip(fields, (0, 0, 1, 1), strict=False))
    week = "" if fields[4] == "*" else _days(fields[4], cron) + " "
    return f"{week}*-{month}-{day} {hour}:{minute}:00 {timezone}"


def _field(text: str, cron: str, start: int) -> str:
    found = []
    for piece in text.split(","):
        match = PART.fullmatch(piece)
        if match is None:
            raise inexpressible(cron)
        first, last, step = match.groups()
        if first == "*" and step:
            first = str(start)
        found.append(f"{first:0>2}" if first != "*" else first)
        found[-1] += (f"..{last:0>2}" if last else "") + (f"/{step}" if step else "")
    return ",".join(found)


def _days(text: str, cron: str) -> str:
    found = []
    for piece in text.split(","):
        first, _, last = piece.partition("-")
        if not all(name.isdigit() and int(name) < len(DAYS) for name in (first, last or first)):
            raise inexpressible(cron)
        found.append(DAYS[int(first)] + (f"..{DAYS[int(last)]}" if last else ""))
    return ",".join(found)


def inexpressible(cron: str) -> DeclarationError:
    """The refusal of a schedule that a timer cannot keep."""
    return DeclarationError(
        f"The schedule '{cron}' cannot be written as a systemd timer. Use five fields of numbers ('0 1 * * *', say), "
        "or install with --serve.",
        f"Jadwal '{cron}' tidak dapat ditulis sebagai timer systemd. Pakai lima kolom angka (misalnya '0 1 * * *'), "
        "atau pasang dengan --serve.",
    )
