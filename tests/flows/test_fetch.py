"""Fetching a live source: what is kept, what is asked for again, and what the operator is told."""

from __future__ import annotations

import json
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.office import Office
from support.portal_server import FakeBps, Portal, Response, page

from catalog.settings import Settings
from flows import stages
from flows.secrets import ask_block
from sources.connectors import Outside, TransientFailure
from sources.store import SnapshotStore

CSV = b"kode,tahun,nilai\n3576,2023,5.77\n"
KEY = "kunci-rahasia-98765"
HEAD = """
id = "hidup"
title = { id = "Hidup", en = "Live" }
publisher = "BPS"
owner = "BPS"
publication = "Tabel"
evidence = "publication"
edition = "replaces"
rhythm = "yearly"
format = {}
measures = [{ indicator = "poverty_rate", unit = "percent", precision = [{ decimals = 2 }] }]
expect = { regions = ["35.76"], first_year = 2015 }
columns = [
  { header = ["kode"], role = "region_code", scheme = "bps" },
  { header = ["tahun"], role = "period" },
  { header = ["nilai"], role = "value", measure = "poverty_rate" },
]
"""


@pytest.fixture
def portal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Portal]:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(stages, "OUTSIDE", Outside(sleep=lambda _seconds: None))
    with Portal() as running:
        yield running


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "sources").mkdir()
    return Settings(data=tmp_path / "data", sources=tmp_path / "sources")


def declare(settings: Settings, connector: str, head: str = HEAD) -> None:
    (settings.sources / "hidup.toml").write_text(f"{head}\n[connector]\n{connector}\n", "utf-8")


def log(settings: Settings) -> list[dict[str, Any]]:
    path = settings.data / "snapshots" / "log.jsonl"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def live(settings: Settings, portal: Portal, *responses: Response) -> None:
    url = portal.answers("/a.csv", *responses)
    declare(settings, f'kind = "http"\nurl = "{url}"')


def test_what_is_new_is_kept_and_what_is_unchanged_is_not_sent_again(settings: Settings, portal: Portal) -> None:
    live(settings, portal, Response(CSV, headers={"ETag": '"v1"'}), Response(status=304))
    first = stages.fetch_source(settings, "hidup")
    again = stages.fetch_source(settings, "hidup")
    assert (first.state, again.state, again.snapshot) == ("new", "unchanged", first.snapshot)
    assert portal.requests[1].headers["if-none-match"] == '"v1"'
    (line,) = log(settings)
    assert (line["etag"], line["url"], "answers" in line) == ('"v1"', f"{portal.url}/a.csv", False)


def test_bytes_that_were_lost_are_asked_for_in_full_and_put_back(settings: Settings, portal: Portal) -> None:
    live(settings, portal, Response(CSV, headers={"ETag": '"v1"'}))
    stages.fetch_source(settings, "hidup")
    (path,) = (settings.data / "snapshots").glob("*.csv")
    path.write_bytes(b"damaged")
    assert stages.fetch_source(settings, "hidup").state == "unchanged"
    assert "if-none-match" not in portal.requests[1].headers
    assert path.read_bytes() == CSV


def test_another_date_of_publication_is_logged_though_the_bytes_are_the_same(
    settings: Settings, portal: Portal
) -> None:
    live(settings, portal, Response(CSV, headers={"ETag": '"v1"'}))
    stages.fetch_source(settings, "hidup")
    declare(settings, f'kind = "http"\nurl = "{portal.url}/a.csv"', f"{HEAD}\npublished = 2025-01-01\n")
    assert stages.fetch_source(settings, "hidup").state == "new"
    assert [line["published"] for line in log(settings)] == [None, "2025-01-01"]


def test_the_same_bytes_under_a_new_date_are_no_new_vintage(settings: Settings, portal: Portal) -> None:
    dates = ["Wed, 05 Feb 2025 10:00:00 GMT", "Thu, 06 Feb 2025 10:00:00 GMT"]
    live(settings, portal, *(Response(CSV, headers={"Last-Modified": date}) for date in dates))
    assert [stages.fetch_source(settings, "hidup").state for _ in dates] == ["new", "unchanged"]
    assert len(log(settings)) == 1


def test_new_bytes_under_the_same_date_are_a_new_vintage_and_said(settings: Settings, portal: Portal) -> None:
    date = {"Last-Modified": "Wed, 05 Feb 2025 10:00:00 GMT"}
    live(settings, portal, Response(CSV, headers=date), Response(CSV.replace(b"5.77", b"5.76"), headers=date))
    first, second = (stages.fetch_source(settings, "hidup") for _ in range(2))
    assert (first.message_en, second.state) == ("", "new")
    assert second.message_en.startswith("The content has changed")
    assert second.message_id.startswith("Isinya berubah")
    assert len(log(settings)) == 2


@pytest.mark.parametrize(("answer", "state"), [(Response(status=404), "unreachable"), (page(b"<html>"), "refused")])
def test_what_is_not_there_is_told_from_what_is_no_table(
    settings: Settings, portal: Portal, answer: Response, state: str
) -> None:
    live(settings, portal, answer)
    outcome = stages.fetch_source(settings, "hidup")
    assert outcome.state == state
    assert "127.0.0.1" in outcome.message_id
    assert log(settings) == []


def test_a_connector_that_tried_again_itself_is_not_made_to_do_so_once_more(settings: Settings, portal: Portal) -> None:
    live(settings, portal, Response(status=503))
    outcome = stages.fetch_source(settings, "hidup")
    assert outcome.state == "unreachable"
    assert "in 4 tries (127.0.0.1 is in trouble, status 503)" in outcome.message_en
    assert len(portal.requests) == 4


def test_a_failure_that_nobody_met_with_patience_is_left_to_the_flow(settings: Settings) -> None:
    (settings.sources / "a.csv").mkdir()
    declare(settings, 'kind = "file"\npath = "a.csv"')
    with pytest.raises(TransientFailure) as failure:
        stages.fetch_source(settings, "hidup")
    assert failure.value.tries == 0


def test_raw_answers_stand_in_the_log_and_the_key_stands_nowhere(
    settings: Settings, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BPS_API_KEY", KEY)
    portal.route("/list", FakeBps(KEY, 1, {117: "2017"}, {3576: "Kota"}, {(3576, 0, 117, 0): 5.77}))
    declare(
        settings,
        f'kind = "bps"\nbase_url = "{portal.url}"\ndomain = "3576"\nvar = 1\nyears = {{ first = 2017 }}',
    )
    outcome = stages.fetch_source(settings, "hidup")
    assert outcome.state == "new"
    (entry,) = SnapshotStore(settings.data).entries()
    assert [answer.url.partition("?")[2] for answer in entry.answers] == [
        "model=th&domain=3576&var=1&lang=ind&page=1",
        "model=data&domain=3576&var=1&lang=ind&th=117",
    ]
    kept = [path.read_bytes() for path in settings.data.rglob("*") if path.is_file()]
    assert len(kept) == 2
    assert not [data for data in kept if KEY.encode() in data]
    assert KEY not in repr(outcome)


def test_a_block_of_prefect_is_read_by_name_and_one_that_is_not_there_is_empty(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Secret:
        @staticmethod
        def load(name: str) -> Any:
            if name != "kunci-bps":
                raise ValueError(f"Unable to find block document named {name}")
            return types.SimpleNamespace(get=lambda: KEY)

    monkeypatch.setitem(sys.modules, "prefect.blocks.system", types.SimpleNamespace(Secret=Secret))
    monkeypatch.setitem(sys.modules, "prefect.blocks", types.SimpleNamespace())
    monkeypatch.setitem(sys.modules, "prefect", types.SimpleNamespace())
    assert (ask_block("kunci-bps"), ask_block("lain")) == (KEY, "")


def test_a_night_goes_on_without_a_publisher_that_is_down(office: Office, portal: Portal) -> None:
    source = "kota-mojokerto-kemiskinan"
    contract = office.file(source).with_suffix(".toml")
    data = office.file(source).read_bytes()
    url = portal.answers("/kota.csv", Response(data), Response(status=503))
    declared = contract.read_text("utf-8")
    live_connector = f'kind = "http"\nurl = "{url}"\n'
    contract.write_text(
        declared.replace(f'kind = "file"\npath = "{source}.csv"\nbundled = true\n', live_connector), "utf-8"
    )
    figures = "SELECT * FROM joint.poverty ORDER BY ALL"
    before = office.sql(figures)
    answered = office.run()
    live(office.settings, portal, Response(status=404))
    silent = office.run()
    assert (answered.exit_code, silent.exit_code) == (0, 3)
    assert office.sql(figures) == before
    assert [text for text in silent.problems_en if source in text and "in 4 tries" in text]
    (new,) = [text for text in silent.problems_en if text.startswith("hidup:")]
    assert "404" in new, "a source that never came says why, not only that there is no file"
