"""`mojoraya install`: units that systemd understands, whatever the folders are called, and refusals in words."""

from __future__ import annotations

import configparser
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from catalog.settings import Settings
from catalog.strict import DeclarationError
from cli.main import main
from cli.units import SERVE, TIMER, calendar, render
from cli.verbs import install


def parsed(text: str) -> configparser.RawConfigParser:
    # systemd takes a key several times; ConfigParser only the last one.
    found = configparser.RawConfigParser(strict=False, delimiters=("=",), comment_prefixes=("#",))
    found.optionxform = str  # type: ignore[method-assign,assignment]
    found.read_string(text)
    return found


@pytest.fixture
def odd(tmp_path: Path) -> Settings:
    """An office whose folders have names that need escaping."""
    return Settings(data=tmp_path / 'data 100% "kita" $HOME', sources=tmp_path / "sumber kita")


@pytest.mark.parametrize("user", [False, True])
@pytest.mark.parametrize("names", [SERVE, TIMER])
def test_systemd_finds_nothing_wrong_with_any_unit(
    names: tuple[str, ...], *, user: bool, odd: Settings, tmp_path: Path
) -> None:
    units = render(odd, names, user=user)
    assert set(units) == set(names)
    for name, text in units.items():
        assert "@" not in text.replace("SystemCallFilter=@system-service", ""), "every place is filled in"
        (tmp_path / name).write_text(text, "utf-8")
        sections = parsed(text).sections()
        assert sections[0] == "Unit"
        assert ("Timer" if name.endswith("timer") else "Service") in sections
    tool = shutil.which("systemd-analyze")
    if tool is None:
        pytest.skip("this machine has no systemd-analyze: only the form of the units was held against ConfigParser")
    paths = [str(tmp_path / name) for name in names]
    # Without a man page to look for, and with the units beside each other.
    asked = [tool, "verify", "--man=no", *(["--user"] if user else []), *paths]
    rooms = os.environ | {"XDG_RUNTIME_DIR": str(tmp_path)}
    told = subprocess.run(asked, capture_output=True, text=True, check=False, env=rooms)
    complaints = [line for line in told.stderr.splitlines() if "mojoraya" in line]
    assert complaints == []


def test_the_service_can_write_only_its_data_and_gain_nothing(odd: Settings) -> None:
    service = parsed(render(odd, SERVE, user=False)[SERVE[0]])["Service"]
    wanted = {
        "User": "mojoraya",
        "NoNewPrivileges": "yes",
        "ProtectSystem": "strict",
        "PrivateTmp": "yes",
        "RestrictAddressFamilies": "AF_INET AF_INET6 AF_UNIX AF_NETLINK",
        "SystemCallFilter": "@system-service",
        "CapabilityBoundingSet": "",
        "MemoryMax": "3G",
    }
    assert {key: service[key] for key in wanted} == wanted
    assert service["ProtectHome"] in {"yes", "read-only"}
    escaped = str(odd.data).replace("%", "%%").replace('"', '\\"')
    assert service["ReadWritePaths"] == f'"{escaped}"'
    assert service["WorkingDirectory"] == str(install.Path(__file__).resolve().parents[2])


def test_a_dollar_sign_in_a_command_is_no_variable(odd: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/opt/kantor $5/python 3")
    service = parsed(render(odd, SERVE, user=True)[SERVE[0]])["Service"]
    assert service["ExecStart"] == '"/opt/kantor $$5/python 3" -m cli.main serve'


def test_a_line_break_in_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="line break"):
        render(Settings(data=tmp_path / "a\nExecStartPre=b"), SERVE, user=False)


@pytest.mark.parametrize(
    ("cron", "said"),
    [
        ("0 1 * * *", "*-*-* 01:00:00 Asia/Jakarta"),
        ("*/15 2-4 * * *", "*-*-* 02..04:0/15:00 Asia/Jakarta"),
        ("30 1 1,15 */3 *", "*-1/3-01,15 01:30:00 Asia/Jakarta"),
        ("30 1 * * 1-5", "Mon..Fri *-*-* 01:30:00 Asia/Jakarta"),
        ("0 3 * * 0,6", "Sun,Sat *-*-* 03:00:00 Asia/Jakarta"),
    ],
)
def test_a_cron_schedule_is_said_as_a_calendar(cron: str, said: str) -> None:
    assert calendar(cron, "Asia/Jakarta").replace(":00/15", ":0/15").replace("01/3", "1/3") == said
    tool = shutil.which("systemd-analyze")
    if tool is not None:
        subprocess.run([tool, "calendar", calendar(cron, "Asia/Jakarta")], check=True, capture_output=True)


@pytest.mark.parametrize("cron", ["@daily", "0 1 * * * 30", "0 1 1 * 1", "0 1 * * mon", "0 1 * * 9", "x 1 * * *"])
def test_what_a_calendar_cannot_say_is_refused_with_a_way_out(cron: str) -> None:
    with pytest.raises(DeclarationError, match="--serve"):
        calendar(cron, "Asia/Jakarta")


def test_without_systemd_nothing_is_written_and_the_other_ways_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(install, "BOOTED", tmp_path / "no such folder")
    monkeypatch.setattr(install, "SYSTEM", tmp_path / "units")
    assert main(["install"]) == 1
    told = capsys.readouterr()
    assert "tidak dijalankan oleh systemd" in told.err
    assert not (tmp_path / "units").exists()
    assert main(["install", "--timer", "--print"]) == 0
    assert "OnCalendar=*-*-* 01:00:00 Asia/Jakarta" in capsys.readouterr().out


def test_units_are_written_and_the_next_commands_are_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(install, "BOOTED", tmp_path)
    monkeypatch.setattr(install.shutil, "which", lambda _: "/usr/bin/systemctl")
    monkeypatch.setattr(install, "SYSTEM", tmp_path / "units")
    data = tmp_path / "data kita"
    assert main(["install", "--data", str(data)]) == 0
    said = capsys.readouterr().out
    assert f"chown -R mojoraya: '{data}'" in said
    assert "systemctl enable --now mojoraya-serve.service" in said
    assert main(["install", "--timer", "--data", str(data)]) == 0
    said = capsys.readouterr().out
    assert "systemctl disable --now mojoraya-serve.service" in said
    assert sorted(path.name for path in (tmp_path / "units").iterdir()) == sorted([*SERVE, *TIMER])
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    assert main(["install", "--user", "--timer"]) == 0
    assert "systemctl --user enable --now mojoraya-run.timer" in capsys.readouterr().out
    assert (tmp_path / "config" / "systemd" / "user" / "mojoraya-run.timer").is_file()


def test_a_folder_that_cannot_be_written_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    monkeypatch.setattr(install, "BOOTED", tmp_path)
    monkeypatch.setattr(install.shutil, "which", lambda _: "/usr/bin/systemctl")
    monkeypatch.setattr(install, "SYSTEM", tmp_path / "file" / "units")
    assert main(["install", "--lang", "en"]) == 1
    told = capsys.readouterr().err
    assert "cannot be written (Not a directory)" in told
    assert "--user" in told
