"""One message after a night that somebody should hear of, through Apprise: Telegram, e-mail, a webhook, and so on.

Told are: a night that failed, what needs attention, red identities, publications that are overdue, figures that a
publisher revised, and that all is well again. At most one message a day, and the same trouble is told again only
after a week. The addresses hold secrets, so they come from the environment or from a Prefect Secret, never from a file.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from catalog.settings import Settings
from catalog.words import day
from flows.news import red_identities, revisions
from flows.outcome import NightOutcome
from flows.overdue import overdue
from warehouse.disk import put_in_place, temporary_name
from warehouse.shelf import current_release

ADDRESSES = "MOJORAYA_NOTIFY"
CHATTY = ("apprise", "requests", "urllib3", "asyncio", "smtplib", "paho")
SECRET = "mojoraya-notify"  # noqa: S105  the name of a block, not what it holds
TOLD_FILE = "notified.json"
REMIND = timedelta(days=7)
MOST_LINES = 8
WORDS = {
    "id": {
        "failed": "Mojoraya {day}: malam GAGAL, tidak ada yang terbit",
        "attention": "Mojoraya {day}: terbit, ada yang perlu perhatian",
        "news": "Mojoraya {day}: ada kabar",
        "recovered": "Mojoraya {day}: beres kembali",
        "stays": "Rilis terakhir, bila ada, tetap berlaku. Lihat: mojoraya status",
        "problems": "Perlu perhatian:",
        "identities": "Angka yang saling bertentangan:",
        "overdue": "Terbitan yang ditunggu:",
        "overdue_line": "{title} ({publisher}): edisi terakhir {last}, berikutnya mestinya {due}. "
        "Tanyakan kepada penerbit.",
        "revisions": "Angka yang direvisi:",
        "well": "Semua sumber beres dan rilis {release} berlaku.",
        "more": "dan {count} lainnya; selengkapnya: mojoraya status",
        "undelivered": "Pemberitahuan tidak terkirim; periksa MOJORAYA_NOTIFY. Dicoba lagi malam berikutnya.",
    },
    "en": {
        "failed": "Mojoraya {day}: the night FAILED, nothing was published",
        "attention": "Mojoraya {day}: published, something needs attention",
        "news": "Mojoraya {day}: there is news",
        "recovered": "Mojoraya {day}: all is well again",
        "stays": "The last release, if there is one, stays in force. See: mojoraya status",
        "problems": "Needs attention:",
        "identities": "Figures that contradict each other:",
        "overdue": "Publications that are overdue:",
        "overdue_line": "{title} ({publisher}): last edition {last}, the next was expected {due}. Ask the publisher.",
        "revisions": "Figures that were revised:",
        "well": "All sources are in order and the release {release} stands.",
        "more": "and {count} more; in full: mojoraya status",
        "undelivered": "The notification was not delivered; check MOJORAYA_NOTIFY. The next night tries again.",
    },
}


class Undelivered(Exception):
    """An address did not take the message; which one is not said, since addresses hold secrets."""


@dataclass(frozen=True)
class Told:
    """What was told last: when, which troubles stood then, and whether the night had failed."""

    day: str = ""
    troubles: list[str] = field(default_factory=list)
    failed: bool = False


@dataclass(frozen=True)
class Message:
    """A message as it is sent."""

    title: str
    body: str


def tell(settings: Settings, outcome: NightOutcome, now: datetime, secret: Callable[[str], str] | None = None) -> bool:
    """Send what a night gives reason to tell; says whether a message went out.

    `secret` reads a Prefect Secret by name. No address means no message. Raises `Undelivered`; what did not go out is
    not remembered, so that the next night tries again.
    """
    addresses = os.environ.get(ADDRESSES, "").split() or _kept_addresses(secret)
    if not addresses:
        return False
    today = now.astimezone(ZoneInfo(settings.timezone)).date()
    before = read_told(settings.data)
    made = message(settings, outcome, today, before)
    if made is None:
        return False
    if not send(made, addresses):
        raise Undelivered
    failed = outcome.exit_code == 1
    _remember(settings.data, Told(today.isoformat(), _troubles(settings, outcome, today), failed))
    return True


def _kept_addresses(secret: Callable[[str], str] | None) -> list[str]:
    """The addresses that a Prefect Secret holds; none when the server that keeps it cannot be asked any more."""
    if secret is None:
        return []
    try:
        return secret(SECRET).split()
    except Exception:  # noqa: BLE001  a server that died has been told of elsewhere
        return []


def tell_or_say(
    settings: Settings,
    outcome: NightOutcome,
    now: datetime,
    report: Callable[[str], None],
    secret: Callable[[str], str] | None = None,
) -> None:
    """`tell`, with what cannot be delivered said in one line: no message is worth a night."""
    try:
        tell(settings, outcome, now, secret)
    except Undelivered:
        report(WORDS[settings.lang]["undelivered"])
    except Exception as error:  # noqa: BLE001  whatever a messenger does, the night stands
        report(f"{WORDS[settings.lang]['undelivered']} ({type(error).__name__})")


def message(settings: Settings, outcome: NightOutcome, today: date, before: Told) -> Message | None:
    """The message of a night, None when there is nothing to tell or something was told today already."""
    if before.day == today.isoformat():
        return None
    words, lang = WORDS[settings.lang], settings.lang
    failed = outcome.exit_code == 1
    troubles = _troubles(settings, outcome, today)
    due = before.day and today - date.fromisoformat(before.day) >= REMIND
    worth = failed != before.failed or set(troubles) - set(before.troubles) or ((troubles or failed) and due)
    news = revisions(settings, outcome, lang)
    recovered = not troubles and not failed and bool(before.troubles or before.failed)
    if not (worth or news or recovered):
        return None
    kind = "failed" if failed else "attention" if troubles else "recovered" if recovered else "news"
    parts = [_list(words["problems"], outcome.problems_en if lang == "en" else outcome.problems_id, words)]
    if failed:
        parts = [outcome.summary(lang).strip(), words["stays"]]
    parts += [
        _list(words["identities"], _red(settings, lang), words),
        _list(words["overdue"], _overdue(settings, today, words), words),
        _list(words["revisions"], news, words),
    ]
    if recovered:
        parts.append(words["well"].format(release=outcome.release))
    return Message(words[kind].format(day=day(today, lang)), "\n\n".join(part for part in parts if part))


def send(made: Message, addresses: list[str]) -> bool:
    """Deliver a message to every address; False when one of them did not take it."""
    import apprise

    with _nothing_logged():
        try:
            post = apprise.Apprise()
            refused = [address for address in addresses if not post.add(address)]
            delivered = post.notify(title=made.title, body=made.body, body_format=apprise.NotifyFormat.TEXT)
        except Exception:  # noqa: BLE001  its text can hold an address
            return False
    return bool(delivered) and not refused


@contextmanager
def _nothing_logged() -> Iterator[None]:
    """Whatever a messenger and its libraries log of a delivery can hold an address with its token, so none of it stays.

    Apprise names the addresses that it cannot load, and at level DEBUG every address; requests and urllib3 the paths.
    """
    named = [name for name in logging.root.manager.loggerDict if name.startswith(CHATTY)]
    loggers = [logging.getLogger(name) for name in {*CHATTY, *named}]
    before = [logger.disabled for logger in loggers]
    for logger in loggers:
        logger.disabled = True
    try:
        yield
    finally:
        for logger, was in zip(loggers, before, strict=True):
            logger.disabled = was


def _troubles(settings: Settings, outcome: NightOutcome, today: date) -> list[str]:
    """What is wrong after a night, in one language, so that a night can be compared with what was told last."""
    late = [f"overdue: {item.source} {item.due}" for item in overdue(settings, today)]
    return [*outcome.problems_en, *_red(settings, "en"), *late]


def _red(settings: Settings, lang: str) -> list[str]:
    release = current_release(settings.data)
    return red_identities(release.path, lang) if release else []


def _overdue(settings: Settings, today: date, words: dict[str, str]) -> list[str]:
    return [
        words["overdue_line"].format(
            title=item.title.get(settings.lang),
            publisher=item.publisher,
            last=day(item.last, settings.lang),
            due=day(item.due, settings.lang),
        )
        for item in overdue(settings, today)
    ]


def _list(heading: str, lines: list[str], words: dict[str, str]) -> str:
    if not lines:
        return ""
    shown = [f"- {line}" for line in lines[:MOST_LINES]]
    if len(lines) > MOST_LINES:
        shown.append(f"- {words['more'].format(count=len(lines) - MOST_LINES)}")
    return "\n".join([heading, *shown])


def read_told(data: Path) -> Told:
    """What was told last; nothing when that cannot be read."""
    try:
        return Told(**json.loads((data / TOLD_FILE).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return Told()


def _remember(data: Path, told: Told) -> None:
    path = data / TOLD_FILE
    aside = temporary_name(path)
    aside.write_text(json.dumps(asdict(told), ensure_ascii=False) + "\n", "utf-8")
    put_in_place(aside, path)
