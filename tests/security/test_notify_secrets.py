"""Addresses of messengers hold tokens: whatever goes wrong, nothing that is logged, printed or kept shows one."""

from __future__ import annotations

import json
import logging
import traceback
from datetime import UTC, datetime
from pathlib import Path

import apprise
import pytest
from support.office import Office

from cli.main import main
from flows import notify
from flows.outcome import NightOutcome

TOKEN = "123456789:AbCdEf-rahasia_sekali_0123456789abcd"  # noqa: S105  a token that opens nothing
PASSWORD = "katasandi9x7"  # noqa: S105  a password that opens nothing
NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
BAD = NightOutcome(3, None, changed=False, summary_id="", summary_en="", problems_id=["x."], problems_en=["x."])
ADDRESSES = {
    "unknown messenger": f"tidakada://{TOKEN}/{PASSWORD}",
    "cannot be loaded": f"tgram://{TOKEN.replace(':', '')}/",
    "nobody there": f"json://operator:{PASSWORD}@127.0.0.1:9/{TOKEN}",
    "no mail server": f"mailto://operator:{PASSWORD}@127.0.0.1:9/?to=a@b.id",
}


def told_nowhere(texts: list[str]) -> None:
    for text in texts:
        for secret in (TOKEN, TOKEN.replace(":", ""), PASSWORD):
            assert secret not in text, text


@pytest.fixture
def everything_logged() -> None:
    """Apprise and its libraries talk as much as they can."""
    for name in ("apprise", "urllib3", "requests"):
        logging.getLogger(name).setLevel(logging.DEBUG)


@pytest.mark.usefixtures("everything_logged")
@pytest.mark.parametrize("case", ADDRESSES)
def test_a_message_that_does_not_arrive_shows_no_address(
    office: Office,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    case: str,
) -> None:
    monkeypatch.setenv(notify.ADDRESSES, ADDRESSES[case])
    settings = office.settings.model_copy(update={"data": tmp_path / "told"})
    lines: list[str] = []
    with caplog.at_level(logging.DEBUG):
        with pytest.raises(notify.Undelivered) as error:
            notify.tell(settings, BAD, NOW)
        notify.tell_or_say(settings, BAD, NOW, lines.append)
    assert len(lines) == 1
    told_nowhere(["".join(traceback.format_exception(error.value)), *lines, caplog.text, *capfd.readouterr()])
    told_nowhere([path.read_text("utf-8", "replace") for path in (tmp_path / "told").rglob("*") if path.is_file()])


@pytest.mark.usefixtures("everything_logged")
def test_an_error_within_a_messenger_shows_no_address(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def spoilt(_self: apprise.Apprise, *_args: object, **_named: object) -> bool:
        logging.getLogger("apprise").error("POST https://api.telegram.org/bot%s/sendMessage", TOKEN)
        logging.getLogger("urllib3.connectionpool").debug("/bot%s/sendMessage", TOKEN)
        raise RuntimeError(f"Max retries exceeded with url: /bot{TOKEN}/sendMessage")

    monkeypatch.setattr(apprise.Apprise, "notify", spoilt)
    monkeypatch.setenv(notify.ADDRESSES, "json://127.0.0.1:9/")
    with caplog.at_level(logging.DEBUG), pytest.raises(notify.Undelivered) as error:
        notify.tell(office.settings.model_copy(update={"data": tmp_path}), BAD, NOW)
    told_nowhere(["".join(traceback.format_exception(error.value)), caplog.text])
    assert not logging.getLogger("apprise").disabled


def test_the_status_shows_neither_keys_nor_addresses(
    office: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(notify.ADDRESSES, ADDRESSES["nobody there"])
    monkeypatch.setenv("BPS_API_KEY", TOKEN)
    folders = ["--data", str(office.settings.data), "--sources", str(office.settings.sources)]
    main(["status", "--json", *folders])
    shown = capsys.readouterr()
    assert json.loads(shown.out)
    told_nowhere([shown.out, shown.err])
