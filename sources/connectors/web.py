"""One publisher on the network: every request goes through here, so that patience, limits and trust are one.

Certificates are always verified. Redirects are few, keep their scheme, and lose the key when they leave the
host. Proxies are those of the environment. Failures are raised outside `except` blocks, so that no chained
exception carries a request with its key.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import httpx

from catalog.connector import WebConnector
from catalog.strict import Bilingual
from sources.connectors.body import read_body, too_large
from sources.connectors.failures import (
    BadRedirect,
    SourceFailure,
    TerminalFailure,
    TooLarge,
    TransientFailure,
)
from sources.connectors.file import inside
from sources.connectors.interface import Outside
from sources.connectors.refusals import Reply, of_status, of_transport
from sources.connectors.retry import attempt

AGENT = "Mozilla/5.0 (compatible; mojoraya)"
# The firewall before BPS lets nothing pass that does not look like a browser (met by all public clients).
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36"
REDIRECTS = {301, 302, 303, 307, 308}
MOST_REDIRECTS = 5
MOST_OF_AN_ERROR = 64 * 1024


@dataclass(frozen=True)
class Secret:
    """A key or token and how it is shown to the publisher: as a `query` parameter or as a `header`."""

    name: str
    value: str
    place: Literal["query", "header"]


class Web:
    """A session with one publisher, for one delivery; a context manager.

    `limit` bounds the bytes of the whole delivery, `pause` is the least time between two requests to a host,
    `until` the clock's reading at which the delivery must be done. `home` is the address whose host is shown the
    secret.
    """

    def __init__(
        self,
        connector: WebConnector,
        folder: Path,
        limit: int,
        outside: Outside,
        *,
        secret: Secret | None = None,
        home: str = "",
        agent: str = AGENT,
        pause: float = 0.0,
    ) -> None:
        self._connector, self._outside = connector, outside
        self._limit, self._left = limit, limit
        self._secret, self._home, self._pause = secret, httpx.URL(home), pause
        self.until = outside.clock() + connector.deadline_seconds
        trust = _usual_trust() if connector.ca_file is None else _trust(inside(folder, connector.ca_file))
        headers = {"User-Agent": agent, "Accept": "*/*", "Accept-Encoding": "gzip"}
        self._client = httpx.Client(verify=trust, trust_env=True, follow_redirects=False, headers=headers)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def get(
        self, url: str, parameters: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> Reply:
        """The answer at an address, with status 200 or 304; raises a `SourceFailure` for everything else."""
        address = _address(url)
        if parameters:
            address = address.copy_merge_params(dict(parameters))
        reply = attempt(lambda: self._follow(address, headers or {}), self._outside, self.until)
        self._left -= len(reply.body)
        return reply

    def _follow(self, address: httpx.URL, headers: Mapping[str, str]) -> Reply:
        asked = address
        for _ in range(MOST_REDIRECTS + 1):
            reply = self._ask(address, headers)
            if reply.status not in REDIRECTS:
                failure = of_status(reply, self._outside.now())
                if failure is not None:
                    raise failure
                return Reply(reply.status, reply.headers, reply.body, str(asked))
            address = self._next(address, reply)
        raise BadRedirect(
            Bilingual(
                id=f"{asked.host} mengalihkan lebih dari {MOST_REDIRECTS} kali. Buka alamatnya di peramban dan pakai "
                "alamat akhirnya di kontrak.",
                en=f"{asked.host} redirects more than {MOST_REDIRECTS} times. Open the address in a browser and put "
                "where it ends into the contract.",
            )
        )

    def _next(self, address: httpx.URL, reply: Reply) -> httpx.URL:
        """Where a redirect leads; raises `BadRedirect` when it leaves the scheme or is no address."""
        target = address.join(reply.headers.get("location", ""))
        if target.scheme == address.scheme and target.host:
            # A publisher may send back the address with our key in it.
            secret = self._secret
            return target.copy_remove_param(secret.name) if secret and secret.place == "query" else target
        raise _bad_redirect(address, f"{target.scheme}://{target.host}")

    def _ask(self, address: httpx.URL, headers: Mapping[str, str]) -> Reply:
        """One request and its whole answer."""
        clock, sleep = self._outside.clock, self._outside.sleep
        self._outside.pace.wait(address.host, self._pause, clock, sleep)
        failure: SourceFailure
        try:
            with self._client.stream(
                "GET", self._with_key(address), headers=self._headers(address, headers), timeout=self._timeout()
            ) as response:
                body = self._body(response)
                return Reply(response.status_code, response.headers, body, str(address))
        except httpx.TransportError as error:
            failure = of_transport(error, address.host)
        except httpx.InvalidURL:
            failure = _bad_redirect(address, "?")
        raise failure

    def _body(self, response: httpx.Response) -> bytes:
        good = response.status_code in {HTTPStatus.OK, HTTPStatus.NOT_MODIFIED}
        try:
            return read_body(response, self._left if good else MOST_OF_AN_ERROR, self._check_time)
        except TooLarge:
            if not good:
                return b""
        raise too_large(self._limit)

    def _with_key(self, address: httpx.URL) -> httpx.URL:
        if self._secret is None or self._secret.place != "query" or not self._at_home(address):
            return address
        return address.copy_merge_params({self._secret.name: self._secret.value})

    def _headers(self, address: httpx.URL, headers: Mapping[str, str]) -> dict[str, str]:
        if self._secret is None or self._secret.place != "header" or not self._at_home(address):
            return dict(headers)
        return {**headers, self._secret.name: self._secret.value}

    def _at_home(self, address: httpx.URL) -> bool:
        """Whether an address is the publisher's own; no other is shown the key."""
        return (address.scheme, address.host, address.port) == (self._home.scheme, self._home.host, self._home.port)

    def _timeout(self) -> httpx.Timeout:
        left = max(self.until - self._outside.clock(), 0.001)
        connect, read = (min(value, left) for value in (self._connector.connect_seconds, self._connector.read_seconds))
        return httpx.Timeout(read, connect=connect)

    def _check_time(self) -> None:
        if self._outside.clock() >= self.until:
            raise TransientFailure(
                Bilingual(
                    id=f"jawaban belum selesai setelah {self._connector.deadline_seconds:g} detik. Coba lagi nanti, "
                    "atau naikkan connector.deadline_seconds.",
                    en=f"the answer had not ended after {self._connector.deadline_seconds:g} seconds. Try later, "
                    "or raise connector.deadline_seconds.",
                )
            )


def _address(url: str) -> httpx.URL:
    """An address that can be asked for; raises `TerminalFailure` for anything but http and https."""
    try:
        address = httpx.URL(url)
    except httpx.InvalidURL:
        address = httpx.URL("")
    # A host that needed escaping is no host.
    if address.scheme in {"http", "https"} and address.host and "%" not in address.host:
        return address
    raise TerminalFailure(
        Bilingual(
            id=f"'{url}' bukan alamat https:// atau http://, jadi tidak diambil. Periksa kontrak, atau isi portal.",
            en=f"'{url}' is no address in https:// or http://, so it is not fetched. Check the contract or the portal.",
        )
    )


def _bad_redirect(address: httpx.URL, target: str) -> BadRedirect:
    return BadRedirect(
        Bilingual(
            id=f"{address.scheme}://{address.host} mengalihkan ke {target}, dan itu tidak diikuti. Tulis alamat "
            "yang benar di kontrak.",
            en=f"{address.scheme}://{address.host} redirects to {target}, which is not followed. Put the right "
            "address into the contract.",
        )
    )


@cache
def _usual_trust() -> ssl.SSLContext:
    return httpx.create_ssl_context()


def _trust(extra: Path) -> ssl.SSLContext:
    """The usual certificates and those of a file beside the contract."""
    context = httpx.create_ssl_context()
    try:
        context.load_verify_locations(cafile=extra)
    except OSError as error:
        reason = error.strerror or "PEM?"
    else:
        return context
    raise TerminalFailure(
        Bilingual(
            id=f"sertifikat tambahan {extra.name} tidak terbaca ({reason}). Simpan berkas PEM itu di samping kontrak.",
            en=f"the extra certificates {extra.name} cannot be read ({reason}). Put that PEM file beside the contract.",
        )
    )
