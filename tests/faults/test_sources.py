"""A publisher that falls silent and one that never ends: the night goes on, and says so in a sentence."""

from __future__ import annotations

import re

import pytest
from support.misfortune import look
from support.office import Office
from support.portal_server import Portal, Response
from support.zygote import Zygote

pytestmark = [pytest.mark.xdist_group("faults"), pytest.mark.trial]
SILENT, ENDLESS = "kota-mojokerto-kemiskinan", "kabupaten-mojokerto-kemiskinan"


def over_http(office: Office, source: str, address: str) -> None:
    """Let a source come from an address, with little patience."""
    path = next(office.settings.sources.rglob(f"{source}.toml"))
    connector = f'[connector]\nkind = "http"\nurl = "{address}"\nread_seconds = 0.5\ndeadline_seconds = 1\n'
    text = re.sub(r"\[connector\]\n.*?\n\n", connector + "\n", path.read_text("utf-8"), flags=re.DOTALL)
    path.write_text(text.replace("[format]\n", "[format]\nmax_bytes = 100000\n"), "utf-8")


def test_a_source_that_hangs_and_one_that_never_ends_hold_up_nothing(office: Office, zygote: Zygote) -> None:
    data, first = office.settings.data, look(office.settings.data)
    with Portal() as portal:
        over_http(office, SILENT, portal.answers("/a.csv", Response(b"x" * 100, misbehave="silent")))
        # Ten gigabytes, says the answer; the contract allows a hundred kilobytes.
        over_http(office, ENDLESS, portal.answers("/b.csv", Response(b"1;2\n" * 250_000, length=10_000_000_000)))
        # All sources have been asked by then; what follows is a night as any other.
        ended = zygote.run(
            data, office.settings.sources, misfortune={"kill_at": ("flows.stages", "needs_work", "enter", 1)}
        )
    assert ended.code == -9, ended.printed
    assert f"ambil   {SILENT}: tidak terjangkau" in ended.printed
    (told,) = [line for line in ended.printed.splitlines() if line.startswith(f"ambil   {ENDLESS}: ")]
    assert "batas" in told
    assert len(ended.printed.splitlines()) == 3, "the third source was asked too"
    assert "Traceback" not in ended.printed
    assert ended.seconds < 60
    assert look(data) == first
