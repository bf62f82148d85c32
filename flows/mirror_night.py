"""Publishing as an operator meets it: by hand or after a night, what is told of it and what is remembered."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from catalog.settings import Settings
from catalog.strict import Bilingual
from catalog.words import number
from flows.machine import machine_fault
from flows.mirror_refusals import NO_ADDRESS, PublishRefused
from flows.outcome import NightOutcome
from warehouse.disk import put_in_place, temporary_name

if TYPE_CHECKING:
    from flows.mirror import Mirrored

ATTENTION = 3
REMEMBERED = "published.json"
WORDS = {
    "id": {
        "moved": "Rilis {release} terbit di {url}.",
        "same": "Rilis {release} sudah terbit di {url}; penunjuknya tetap.",
        "files": "Berkas rilis: {sent} dikirim ({megabytes} MB), {copied} disalin di sana, {present} sudah ada "
        "({folder}).",
        "snapshots": "Berkas penerbit: {sent} dikirim, {present} sudah ada.",
        "withheld": "Tidak dikirim: {files} berkas dari {sources} sumber yang memuat catatan kantor, hitungan "
        "sensitif, atau yang belum diterbitkan siapa pun ({names}).",
        "removed": "Rilis lama dihapus dari sana: {names}.",
        "night": "cermin",
    },
    "en": {
        "moved": "The release {release} is published at {url}.",
        "same": "The release {release} is published at {url} already; the pointer stays.",
        "files": "Files of the release: {sent} sent ({megabytes} MB), {copied} copied there, {present} there already "
        "({folder}).",
        "snapshots": "Publishers' files: {sent} sent, {present} there already.",
        "withheld": "Not sent: {files} files of {sources} sources with an office's records, sensitive counts, or what "
        "nobody has published ({names}).",
        "removed": "Old releases removed there: {names}.",
        "night": "mirror",
    },
}


def publish_to(
    settings: Settings, address: str | None = None, report: Callable[[str], None] = lambda _name: None
) -> Mirrored:
    """Mirror the release in force to `address`, by default the one of the settings, and remember that it was done.

    Raises `PublishRefused` when nothing was published.
    """
    from flows.mirror import mirror
    from flows.mirror_store import open_store

    url = address or settings.publish
    if not url:
        raise PublishRefused(NO_ADDRESS, usage=True)
    found = mirror(
        settings,
        open_store(url),
        snapshots=settings.publish_snapshots,
        keep=settings.publish_keep,
        report=report,
    )
    told = {
        "url": found.url,
        "release": found.pointer.release,
        "folder": found.pointer.folder,
        "published_at": found.pointer.published_at.isoformat(),
        "checked_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    path = settings.data / REMEMBERED
    aside = temporary_name(path)
    aside.write_text(json.dumps(told, ensure_ascii=False) + "\n", "utf-8")
    put_in_place(aside, path)
    return found


def last_published(data: Path) -> dict[str, Any] | None:
    """Where, which release and when was published last from a data folder; None when nothing was."""
    try:
        told = json.loads((data / REMEMBERED).read_text("utf-8"))
        return {name: str(told[name]) for name in ("url", "release", "folder", "published_at", "checked_at")}
    except (OSError, ValueError, KeyError, TypeError):
        return None


def after_night(settings: Settings, outcome: NightOutcome, report: Callable[[str], None]) -> NightOutcome:
    """Publish what stands after a night, where the settings say so; what hinders it is told and takes nothing away.

    Tried every night: what could not be published last night is published in this one.
    """
    if not settings.publish or outcome.exit_code == 1:
        return outcome
    try:
        found = publish_to(settings)
        report(f"{WORDS[settings.lang]['night']:<8}{told(found, settings.lang)[0]}")
        faults = problems(found)
    except PublishRefused as refusal:
        faults = [refusal.message]
    except Exception as error:  # noqa: BLE001  whatever a driver does, the release stands
        name = type(error).__name__
        faults = [machine_fault(error) or Bilingual(id=f"Kesalahan program ({name}).", en=f"Program error ({name}).")]
    for fault in faults:
        report(f"{WORDS[settings.lang]['night']:<8}{fault.get(settings.lang)}")
    return _with_problems(outcome, faults)


def _with_problems(outcome: NightOutcome, faults: list[Bilingual]) -> NightOutcome:
    """A night whose release stands, with what went wrong when it was to be seen elsewhere."""
    if not faults:
        return outcome
    ids, ens = [f"Cermin: {fault.id}" for fault in faults], [f"Mirror: {fault.en}" for fault in faults]
    return replace(
        outcome,
        exit_code=outcome.exit_code or ATTENTION,
        summary_id="\n".join([outcome.summary_id, *ids]),
        summary_en="\n".join([outcome.summary_en, *ens]),
        problems_id=[*outcome.problems_id, *ids],
        problems_en=[*outcome.problems_en, *ens],
    )


def told(found: Mirrored, lang: str) -> list[str]:
    """What was published, one line each."""
    words, snapshots = WORDS[lang], found.snapshots
    lines = [
        words["moved" if found.moved else "same"].format(release=found.pointer.release, url=found.url),
        words["files"].format(
            sent=found.sent,
            copied=found.copied,
            present=found.present,
            megabytes=number(found.bytes / 1e6, lang, 1),
            folder=found.pointer.folder,
        ),
    ]
    if snapshots.sent or snapshots.present:
        lines.append(words["snapshots"].format(sent=snapshots.sent, present=snapshots.present))
        if snapshots.withheld:
            names, files = ", ".join(snapshots.withheld), sum(snapshots.withheld.values())
            lines.append(words["withheld"].format(files=files, sources=len(snapshots.withheld), names=names))
    if found.removed:
        lines.append(words["removed"].format(names=", ".join(found.removed)))
    return lines


def problems(found: Mirrored) -> list[Bilingual]:
    """What needs attention although the release was published."""
    snapshots, faults = found.snapshots, []
    if snapshots.damaged:
        names = ", ".join(snapshots.damaged)
        faults.append(
            Bilingual(
                id=f"Berkas penerbit di sini hilang atau rusak dan tidak dikirim: {names}. Lihat: mojoraya verify",
                en=f"Publishers' files here are missing or damaged and were not sent: {names}. See: mojoraya verify",
            )
        )
    if snapshots.strays:
        names = ", ".join(snapshots.strays)
        faults.append(
            Bilingual(
                id=f"Di {found.url}/snapshots ada berkas yang tidak boleh terbuka: {names}. Hapus berkas itu di sana.",
                en=f"At {found.url}/snapshots lie files that must not be open: {names}. Remove them there.",
            )
        )
    if found.unfinished:
        told_id, told_en = found.unfinished.message.id, found.unfinished.message.en
        faults.append(
            Bilingual(
                id=f"Rilis sudah terbit, tetapi pemeriksaan dan pembersihan sesudahnya tidak selesai. {told_id}",
                en=f"The release is published, but looking it over and removing old ones was not finished. {told_en}",
            )
        )
    return faults
