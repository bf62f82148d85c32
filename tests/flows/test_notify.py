"""One message after a night that somebody should hear of, delivered to a real webhook on this machine."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from support.office import Office

from flows import notify
from flows.night import night
from flows.notify import Told, Undelivered, message, read_told, tell
from flows.outcome import NightOutcome
from flows.overdue import RHYTHMS, overdue

SOURCE = "kota-mojokerto-kemiskinan"
NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
TODAY = date(2026, 11, 22)
GOOD = NightOutcome(0, "2026-11-22-0", changed=False, summary_id="Beres.", summary_en="Fine.")
BAD = replace(GOOD, exit_code=3, problems_id=["bps: berkas ditolak."], problems_en=["bps: refused."])
FAILED = NightOutcome(1, None, changed=False, summary_id="Tidak ada yang terbit: x.", summary_en="Nothing: x.")


class Webhook:
    """A webhook on loopback that keeps what it was sent and answers with a status."""

    def __init__(self) -> None:
        self.got: list[dict[str, str]] = []
        self.status = 200
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                hook.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(hook.status)
                self.end_headers()

            def log_message(self, *_args: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return f"json://127.0.0.1:{self.server.server_port}/"


@pytest.fixture
def webhook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Webhook]:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    hook = Webhook()
    monkeypatch.setenv(notify.ADDRESSES, hook.address)
    yield hook
    hook.server.shutdown()
    hook.server.server_close()


@pytest.mark.trial
def test_a_refusal_a_recovery_and_a_revision_are_told_and_quiet_nights_are_not(
    office: Office, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four nights on four days: quiet, a refused file, the file mended with a revised figure, quiet again."""
    day = {"now": NOW}

    class Clock(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]  # noqa: ARG003
            return day["now"]

    monkeypatch.setattr("flows.night.datetime", Clock)
    assert office.run().exit_code == 0
    assert webhook.got == []
    before = office.file(SOURCE).read_bytes()
    office.edit(SOURCE, lambda text: text.replace(";", "|"))
    day["now"] += timedelta(days=1)
    office.run()
    office.run()
    (told,) = webhook.got
    assert told["title"] == "Mojoraya 23 November 2026: terbit, ada yang perlu perhatian"
    assert f"{SOURCE}: " in told["message"]
    office.file(SOURCE).write_bytes(before.replace(b"5,77", b"5,78"))
    day["now"] += timedelta(days=1)
    assert office.run().exit_code == 0
    (_, told) = webhook.got
    assert told["title"] == "Mojoraya 24 November 2026: beres kembali"
    assert "merevisi Persentase penduduk miskin Kota Mojokerto 2023 dari 5,77 menjadi 5,78 persen" in told["message"]
    day["now"] += timedelta(days=1)
    office.run()
    assert len(webhook.got) == 2


def test_the_same_trouble_is_told_once_a_week_and_another_at_once(office: Office) -> None:
    told = Told("2026-11-21", ["bps: refused."])
    assert message(office.settings, BAD, TODAY, told) is None
    assert message(office.settings, BAD, TODAY + timedelta(days=6), told) is not None
    other = replace(BAD, problems_id=["kota: x."], problems_en=["kota: x."])
    found = message(office.settings, other, TODAY, told)
    assert found is not None
    assert "- kota: x." in found.body


def test_at_most_one_message_a_day(office: Office) -> None:
    assert message(office.settings, FAILED, TODAY, Told(TODAY.isoformat())) is None


def test_a_night_that_failed_says_what_stays_in_force_and_what_to_type(office: Office) -> None:
    found = message(office.settings, FAILED, TODAY, Told())
    assert found is not None
    assert found.title == "Mojoraya 22 November 2026: malam GAGAL, tidak ada yang terbit"
    assert "Tidak ada yang terbit: x." in found.body
    assert "mojoraya status" in found.body
    english = message(office.settings.model_copy(update={"lang": "en"}), FAILED, TODAY, Told())
    assert english is not None
    assert english.title == "Mojoraya 22 November 2026: the night FAILED, nothing was published"


def test_a_message_that_was_not_delivered_is_tried_again_and_spoils_no_night(office: Office, webhook: Webhook) -> None:
    webhook.status = 500
    with pytest.raises(Undelivered):
        tell(office.settings, BAD, NOW)
    assert read_told(office.settings.data) == Told()
    lines: list[str] = []
    notify.tell_or_say(office.settings, BAD, NOW, lines.append)
    assert lines == ["Pemberitahuan tidak terkirim; periksa MOJORAYA_NOTIFY. Dicoba lagi malam berikutnya."]
    webhook.status = 200
    assert tell(office.settings, BAD, NOW)
    assert read_told(office.settings.data).troubles == ["bps: refused."]


def test_addresses_come_from_a_secret_too_and_none_means_no_message(
    office: Office, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(notify.ADDRESSES)
    assert not tell(office.settings, BAD, NOW)
    asked = []

    def block(name: str) -> str:
        asked.append(name)
        return webhook.address

    assert tell(office.settings, BAD, NOW, block)
    assert asked == [notify.SECRET]
    assert len(webhook.got) == 1


def test_a_publication_past_its_rhythm_is_told_with_its_date(office: Office) -> None:
    contract = next(office.settings.sources.rglob(f"{SOURCE}.toml"))
    text = contract.read_text("utf-8")
    assert "bundled = true" in text
    contract.write_text('rhythm = "yearly"\n' + text.replace("bundled = true", "bundled = false"), "utf-8")
    night(office.settings, lambda _line: None)
    days, grace = RHYTHMS["yearly"]
    (late,) = overdue(office.settings, TODAY + timedelta(days=days + grace + 3))
    assert late.source == SOURCE
    assert late.due == late.last + timedelta(days=days)
    assert list(overdue(office.settings, late.due + timedelta(days=grace))) == []
    found = message(office.settings, GOOD, TODAY + timedelta(days=days + grace + 3), Told())
    assert found is not None
    assert "Terbitan yang ditunggu:" in found.body
    assert "Tanyakan kepada penerbit." in found.body


def test_a_server_that_cannot_be_asked_for_addresses_is_no_undelivered_message(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(notify.ADDRESSES, raising=False)

    def gone(_name: str) -> str:
        raise ConnectionError

    lines: list[str] = []
    notify.tell_or_say(office.settings, BAD, NOW, lines.append, gone)
    assert lines == []
