"""A key is planted, everything that can go wrong goes wrong, and then every string is searched for it."""

from __future__ import annotations

import logging
import traceback
from typing import Any
from urllib.parse import quote, quote_plus

import httpx
import pytest
from support.outside_world import Declare, World
from support.portal_server import FakeBps, Portal, Request, Response, ckan_error, ckan_result, error, page

from sources.connectors import SourceFailure, deliver
from sources.connectors.secrecy import hide, remember

KEY = "kunci/rahasia+0123 456789abcdef"
SPELLINGS = {KEY, quote(KEY), quote(KEY, safe=""), quote_plus(KEY), str(httpx.QueryParams({"key": KEY}))[4:]}


def strings_of(error: BaseException) -> list[str]:
    """Everything a program could print of an exception: itself, what it holds, and what is chained to it."""
    found = ["".join(traceback.format_exception(error))]
    chain: BaseException | None = error
    while chain is not None:
        found += [str(chain), repr(chain), repr(chain.args), repr(vars(chain))]
        request = getattr(chain, "_request", None)
        found.append(str(request.url) if request is not None else "")
        chain = chain.__cause__ or chain.__context__
    return found


def assert_hidden(texts: list[str]) -> None:
    for text in texts:
        assert not [spelling for spelling in SPELLINGS if spelling in text], text


def bps(portal: Portal) -> dict[str, Any]:
    return {
        "kind": "bps",
        "base_url": f"{portal.url}/v1/api",
        "domain": "3576",
        "var": 192,
        "years": {"first": 2017},
        "read_seconds": 0.05,
    }


FAKE = FakeBps(KEY, 192, {117: "2017"}, {3576: "Kota Mojokerto"}, {(3576, 0, 117, 0): 5.77})


def echo(request: Request) -> Response:
    """A careless server: it repeats the address it was asked for, key included."""
    return page(f"<html><title>{request.target} tidak ada, key={KEY}</title></html>".encode(), 404)


TROUBLES: dict[str, Any] = {
    "refused key": lambda _: error(f"key {KEY} is not allowed"),
    "unknown domain": lambda _: error(f"no domain for {quote_plus(KEY)}"),
    "echo": echo,
    "firewall": lambda request: page(f"<html><title>{request.target}</title></html>".encode(), 403),
    "server error": lambda request: page(f"<html><title>{request.target}</title></html>".encode(), 500),
    "not json": lambda request: Response(request.target.encode()),
    "page": lambda request: page(f"<html><title>{request.target}</title></html>".encode()),
    "loop": lambda request: Response(status=302, headers={"Location": request.target}),
    "elsewhere": lambda request: Response(status=302, headers={"Location": f"file://{request.target}"}),
    "reset": lambda _: Response(b"{}" * 9, misbehave="reset"),
    "hang up": lambda _: Response(misbehave="hang up"),
    "silent": lambda _: Response(b"{}" * 9, misbehave="silent"),
    "truncated": lambda _: Response(b"{}", length=9),
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_no_failure_and_no_log_shows_the_key(
    declare: Declare, world: World, portal: Portal, caplog: pytest.LogCaptureFixture, trouble: str
) -> None:
    world.environ["BPS_API_KEY"] = KEY
    portal.route("/v1/api/list", TROUBLES[trouble])
    with caplog.at_level(logging.DEBUG), pytest.raises(SourceFailure) as failure:
        deliver(declare(bps(portal)), None, world.outside)
    assert portal.requests[0].query["key"] == KEY
    assert_hidden([*strings_of(failure.value), failure.value.message.id, failure.value.message.en])
    assert any(record.name.startswith("httpcore") for record in caplog.records)
    assert_hidden([f"{record.getMessage()} {record.msg} {record.args}" for record in caplog.records])


def test_no_delivery_and_no_log_shows_the_key(
    declare: Declare, world: World, portal: Portal, caplog: pytest.LogCaptureFixture
) -> None:
    world.environ["BPS_API_KEY"] = KEY
    portal.route("/v1/api/list", FAKE)
    with caplog.at_level(logging.DEBUG):
        found = deliver(declare(bps(portal)), None, world.outside)
    assert "HTTP Request: GET" in caplog.text
    assert_hidden([repr(found), caplog.text])


def test_a_key_is_not_carried_to_another_host_by_a_redirect(declare: Declare, world: World, portal: Portal) -> None:
    world.environ["BPS_API_KEY"] = KEY
    with Portal() as elsewhere:
        portal.route(
            "/v1/api/list",
            lambda request: Response(status=302, headers={"Location": f"{elsewhere.url}{request.target}"}),
        )
        with pytest.raises(SourceFailure):
            deliver(declare(bps(portal)), None, world.outside)
        assert "key" not in elsewhere.requests[0].query
        assert_hidden([repr(elsewhere.requests)])


def test_a_portals_token_is_hidden_too(
    declare: Declare, world: World, portal: Portal, caplog: pytest.LogCaptureFixture
) -> None:
    world.environ["TOKEN"] = KEY
    connector = {"kind": "ckan", "base_url": portal.url, "dataset": "a", "token_env": "TOKEN"}
    portal.answers("/api/3/action/package_show", ckan_error(403, "Authorization Error", message=f"not {KEY}"))
    with caplog.at_level(logging.DEBUG), pytest.raises(SourceFailure) as failure:
        deliver(declare(connector), None, world.outside)
    assert portal.requests[0].headers["authorization"] == KEY
    resource = {"id": "1", "format": "csv", "url": "/a.csv"}
    portal.answers("/api/3/action/package_show", ckan_result({"resources": [resource]}))
    portal.answers("/a.csv", Response(b"a\n1\n"))
    with caplog.at_level(logging.DEBUG):
        found = deliver(declare(connector), None, world.outside)
    assert_hidden([*strings_of(failure.value), repr(found), caplog.text])


def test_an_empty_secret_hides_nothing() -> None:
    remember("")
    assert hide("teks") == "teks"
