"""What we install may be used by a public body, and the page that lists it is the one of the lock."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def audit() -> Any:
    spec = importlib.util.spec_from_file_location("audit", PROJECT / "deploy" / "audit.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_installed_package_of_the_lock_is_on_the_page_with_its_licence(audit: Any) -> None:
    listed = {
        tuple(cell.strip() for cell in line.split("|")[1:4])
        for line in audit.PAGE.read_text("utf-8").splitlines()
        if line.startswith("| ")
    }
    missing = set(audit.installed()) - listed
    assert not missing, "run `make audit`"
    assert len(listed) > 100


def test_no_licence_is_unfit_or_unknown_without_a_note(audit: Any) -> None:
    assert audit.faults() == []


@pytest.mark.parametrize("licence", ["AGPL-3.0-only", "GNU Affero General Public License v3", "SSPL-1.0", "unknown"])
def test_an_unfit_licence_is_told_with_what_to_do(audit: Any, monkeypatch: pytest.MonkeyPatch, licence: str) -> None:
    monkeypatch.setattr(audit, "installed", lambda: iter([("paket", "1", licence)]))
    (told,) = audit.faults()
    assert told.startswith(f"paket: the licence is {licence}; replace the package")


def test_without_the_tool_or_the_index_the_skip_is_said_and_a_weakness_is_not_hidden(
    audit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit.shutil, "which", lambda _name: None)
    assert audit.weaknesses() == (True, "pip-audit is not installed: known weaknesses were NOT looked for (skipped)")
    monkeypatch.setattr(audit.shutil, "which", lambda _name: "pip-audit")
    for told, sound in (("ConnectionError: no route", True), ("Found 1 known vulnerability in x", False)):
        ended = subprocess.CompletedProcess([sys.executable], 1, told, "")
        monkeypatch.setattr(audit.subprocess, "run", lambda *_args, ended=ended, **_named: ended)
        assert audit.weaknesses()[0] is sound


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Iterable[str], str, int], None]:
    """Puts a pip-audit on the PATH that skips the named packages, then says a text and ends with a code."""

    def put(skipped: Iterable[str], said: str, code: int) -> None:
        reason = "Dependency not found on PyPI and could not be audited"
        rows = [f"{name} {reason}: {name} (1.0)" for name in skipped]
        answer = tmp_path / "answer.txt"
        answer.write_text("\n".join(["Name Skip Reason", "---- -----------", *rows]) + "\n", "utf-8")
        script = tmp_path / "pip-audit"
        script.write_text(f'#!/bin/sh\ncat "{answer}"\necho "{said}" >&2\nexit {code}\n', "utf-8")
        script.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")

    return put


NONE_FOUND = "No known vulnerabilities found"


def test_an_index_that_knows_no_package_is_told_as_one_that_was_not_asked(audit: Any, tool: Any) -> None:
    # An index writes names its own way.
    tool([name.replace("_", "-").upper() for name, _, _ in audit.installed()], NONE_FOUND, 0)
    sound, told = audit.weaknesses()
    assert sound
    assert told == "the index of pip-audit knows none of the packages: known weaknesses were NOT looked for (skipped)"
    assert NONE_FOUND not in told


def test_packages_that_the_index_does_not_know_are_counted(audit: Any, tool: Any) -> None:
    names = [name for name, _, _ in audit.installed()]
    tool([*names[:3], "bukan-paket-kami"], NONE_FOUND, 0)
    sound, told = audit.weaknesses()
    assert sound
    assert told.startswith(f"3 of {len(names)} packages are not in the index of pip-audit and were NOT audited\n")
    assert NONE_FOUND in told
    tool([], NONE_FOUND, 0)
    assert "NOT audited" not in audit.weaknesses()[1]


def test_a_weakness_stays_one_beside_packages_that_nobody_knows(audit: Any, tool: Any) -> None:
    names = [name for name, _, _ in audit.installed()]
    tool(names[:-1], "Found 1 known vulnerability in 1 package", 1)
    sound, told = audit.weaknesses()
    assert not sound
    assert "Found 1 known vulnerability" in told
