"""What a night tells its operator, in Indonesian and English: one line per stage and source."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from catalog.strict import Bilingual
from flows.layout import LayoutTooNew
from flows.machine import machine_fault
from flows.outcome import FetchOutcome, NightOutcome, ReadOutcome

# fmt: off
MONTHS = {
    "id": [
        "Januari", "Februari", "Maret", "April", "Mei", "Juni",
        "Juli", "Agustus", "September", "Oktober", "November", "Desember",
    ],
    "en": [
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ],
}
# fmt: on
STATES = {
    "id": {
        "bundled": "berkas bawaan",
        "new": "data baru",
        "unchanged": "tidak berubah",
        "refused": "ditolak",
        "unreachable": "tidak terjangkau",
    },
    "en": {
        "bundled": "bundled file",
        "new": "new data",
        "unchanged": "unchanged",
        "refused": "refused",
        "unreachable": "unreachable",
    },
}


def number(value: int, lang: str) -> str:
    """A whole number with the thousands mark of `lang`: 7.650 or 7,650."""
    text = f"{value:,}"
    return text if lang == "en" else text.replace(",", ".")


def moment(when: datetime, lang: str) -> str:
    """A date and time of day in `lang`, in the time zone that `when` carries."""
    month = MONTHS[lang][when.month - 1]
    if lang == "en":
        return f"{when.day} {month} {when.year}, {when:%H:%M}"
    return f"{when.day} {month} {when.year} pukul {when:%H.%M}"


def waking_line(lang: str, *, first: bool) -> str:
    """One line while the Prefect server starts, which takes longest on the very first run."""
    if lang == "en":
        return f"{'prepare':<8}the Prefect server" + (" for the first time (about 10 s)" if first else "")
    return f"{'siapkan':<8}server Prefect" + (" untuk pertama kali (sekitar 10 detik)" if first else "")


def server_gone(lang: str) -> str:
    """One line when our Prefect server ended during the night, which goes on without it."""
    if lang == "en":
        return f"{'note':<8}the Prefect server ended during the night; the figures do not need it"
    return f"{'catatan':<8}server Prefect berhenti di tengah malam; angkanya tidak bergantung padanya"


def port_taken(wanted: int, given: int, lang: str) -> str:
    """One line when the port of the UI was taken."""
    if lang == "en":
        return f"Port {wanted} is taken by another program; port {given} is used instead."
    return f"Porta {wanted} sudah dipakai program lain; dipakai porta {given}."


def serving(url: str, lang: str) -> str:
    """One line that says where the UI is."""
    if lang == "en":
        return f"Prefect is at {url} (Ctrl-C ends it)."
    return f"Prefect ada di {url} (Ctrl-C untuk berhenti)."


def next_run(when: datetime, timezone: str, lang: str) -> str:
    """One line that says when the next night is run."""
    start = "The next night runs on" if lang == "en" else "Malam berikutnya dijalankan"
    return f"{start} {moment(when, lang)} ({timezone})."


def late_run(lang: str) -> str:
    """Why a run was cancelled whose time passed while nobody served."""
    if lang == "en":
        return "its time passed while mojoraya serve did not run; a later night does its work"
    return "waktunya lewat ketika mojoraya serve tidak berjalan; malam yang lebih baru mengerjakannya"


def collapsed(runs: int, lang: str) -> str:
    """One line about the nights that passed while nobody served."""
    if lang == "en":
        return f"{number(runs + 1, lang)} nights passed while nobody served; one night makes up for them all."
    return f"{number(runs + 1, lang)} malam terlewat ketika layanan berhenti; satu malam menggantikan semuanya."


def covered(begun: datetime, lang: str) -> str:
    """Why a scheduled night ends at once: a later one, begun at `begun`, has done its work."""
    start = "joined with the night of" if lang == "en" else "digabung dengan malam"
    return f"{start} {moment(begun, lang)}"


def stopped(lang: str) -> str:
    """One line when `serve` has ended in order."""
    if lang == "en":
        return "Stopped; the schedule goes on with the next start."
    return "Berhenti; jadwal berlanjut saat dijalankan lagi."


def night_line(begun: datetime, lang: str) -> str:
    """One line at the head of a night that a schedule started."""
    return f"{'night' if lang == 'en' else 'malam':<8}{moment(begun, lang)}"


def fetch_line(outcome: FetchOutcome, lang: str) -> str:
    """One line about fetching one source."""
    verb = "fetch" if lang == "en" else "ambil"
    why = outcome.message_en if lang == "en" else outcome.message_id
    state = STATES[lang][outcome.state]
    return f"{verb:<8}{outcome.source}: {state}" + (f". {why}" if why else "")


def ahead_line(sources: int, lang: str) -> str:
    """Progress: large files are read side by side before the others."""
    if lang == "en":
        return f"{'read':<8}{sources} sources with new large files, side by side; this may take minutes"
    return f"{'baca':<8}{sources} sumber dengan berkas baru yang besar, bersamaan; ini dapat beberapa menit"


def read_line(outcome: ReadOutcome, lang: str) -> str:
    """One line about reading and judging one source."""
    verb = "read" if lang == "en" else "baca"
    refused = outcome.refused_en if lang == "en" else outcome.refused_id
    if refused:
        return f"{verb:<8}{outcome.source}: {STATES[lang]['refused']}. {refused}"
    accepted, quarantined = number(outcome.accepted, lang), number(outcome.quarantined, lang)
    if lang == "en":
        return f"{verb:<8}{outcome.source}: {accepted} rows accepted, {quarantined} quarantined"
    return f"{verb:<8}{outcome.source}: {accepted} baris diterima, {quarantined} dikarantina"


def publish_line(outcome: NightOutcome, lang: str) -> str:
    """One line about the release that stands at the end of the night."""
    verb = "publish" if lang == "en" else "terbit"
    if outcome.exit_code == 1 or outcome.release is None:
        return f"{verb:<8}" + ("nothing published" if lang == "en" else "tidak ada yang diterbitkan")
    if outcome.changed:
        return f"{verb:<8}{outcome.release}"
    same = "nothing changed, the release stays" if lang == "en" else "tidak ada yang berubah, rilis tetap"
    return f"{verb:<8}{same} {outcome.release}"


def fit_for_a_log(message: Bilingual) -> Bilingual:
    """A connector's message; a publisher's page or error that it quotes may name a person."""
    from expectations.privacy import masked

    return Bilingual(id=masked(message.id, "id"), en=masked(message.en, "en"))


def unreachable(source: str, why: Bilingual, tries: int) -> FetchOutcome:
    """The outcome of a fetch whose retries are used up."""
    why = fit_for_a_log(why)
    return FetchOutcome(
        source=source,
        state="unreachable",
        message_id=f"Penerbit tidak terjangkau setelah {tries} kali dicoba ({why.id}). "
        "Angka terakhir yang diterima tetap berlaku; malam berikutnya dicoba lagi.",
        message_en=f"The publisher could not be reached in {tries} tries ({why.en}). "
        "The last accepted figures stay in force; the next night tries again.",
    )


def fetch_broke(source: str, why: BaseException) -> FetchOutcome:
    """The outcome of a fetch that ended in an error of the program."""
    indonesian, english = _program_error(why)
    return FetchOutcome(source=source, state="refused", message_id=indonesian, message_en=english)


def read_broke(source: str, why: BaseException) -> ReadOutcome:
    """The outcome of a read that ended in an error of the program."""
    indonesian, english = _program_error(why)
    return ReadOutcome(source=source, refused_id=indonesian, refused_en=english)


def _program_error(why: BaseException) -> tuple[str, str]:
    fault = machine_fault(why)
    if fault is not None:
        return fault.id, fault.en
    name = type(why).__name__
    indonesian = (
        f"Kesalahan program ({name}), bukan kesalahan data. Angka terakhir yang diterima tetap berlaku; "
        "rinciannya ada di data/prefect/run.log."
    )
    english = (
        f"An error of the program ({name}), not of the data. The last accepted figures stay in force; "
        "the details are in data/prefect/run.log."
    )
    return indonesian, english


def nothing_published(indonesian: str, english: str) -> NightOutcome:
    """The outcome of a night that published nothing; the last release stays in force."""
    return NightOutcome(
        exit_code=1,
        release=None,
        changed=False,
        summary_id=f"Tidak ada yang diterbitkan. {indonesian}\nRilis terakhir, bila ada, tetap berlaku.",
        summary_en=f"Nothing was published. {english}\nThe last release, if there is one, stays in force.",
        problems_id=[indonesian],
        problems_en=[english],
    )


def not_ours(why: LayoutTooNew, lang: str, report: Callable[[str], None]) -> NightOutcome:
    """The outcome of a night on a folder that a newer version has written: told, and entered in no ledger there."""
    outcome = nothing_published(why.message.id, why.message.en)
    report(publish_line(outcome, lang))
    return outcome


def not_entered(why: OSError, lang: str) -> str:
    """One line when the ledger could not take a night."""
    fault = machine_fault(why)
    told = fault.get(lang) if fault else str(why.strerror)
    return f"{'ledger' if lang == 'en' else 'catatan':<8}{'not written' if lang == 'en' else 'tidak tertulis'}. {told}"


def night_broke(why: BaseException) -> NightOutcome:
    """The outcome of a night that ended in an error of the program, or at something the machine refused."""
    fault = machine_fault(why)
    if fault is not None:
        return nothing_published(fault.id, fault.en)
    name = type(why).__name__
    return nothing_published(
        f"Kesalahan program ({name}); rinciannya ada di data/prefect/run.log.",
        f"An error of the program ({name}); the details are in data/prefect/run.log.",
    )
