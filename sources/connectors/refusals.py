"""What an answer that is not the data means: statuses, error bodies of every shape, and pages instead of data."""

from __future__ import annotations

import html
import json
import re
import ssl
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

import httpx

from catalog.strict import Bilingual
from sources.connectors.failures import (
    AuthError,
    BadRequest,
    Blocked,
    HtmlAnswer,
    NotFound,
    RefusedAnswer,
    SourceFailure,
    TransientFailure,
    Untrusted,
)

PAGE = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*|<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|meta|script|title|form|div|table)\b",
    re.IGNORECASE | re.DOTALL,
)
TABLE = re.compile(rb"<table\b", re.IGNORECASE)
TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
# Answers that pass by themselves: asked too early or too often, or a fault on the publisher's side.
PASSING = {202, 408, 425, 429}
LONGEST_QUOTE = 200


@dataclass(frozen=True)
class Reply:
    """One answer: its status, headers and whole body, and the address that was asked, without any key."""

    status: int
    headers: httpx.Headers
    body: bytes
    url: str

    @property
    def host(self) -> str:
        """Who answered."""
        return httpx.URL(self.url).host

    @property
    def is_page(self) -> bool:
        """Whether a web page stands where data was asked for; a firewall's or a login form, as a rule."""
        return PAGE.match(self.body[:4096].removeprefix(b"\xef\xbb\xbf")) is not None

    def json(self) -> Any:
        """The body as JSON, numbers as the text that was sent; raises `HtmlAnswer` or `RefusedAnswer`."""
        if self.is_page:
            raise page_instead(self)
        try:
            return json.loads(self.body, parse_float=str, parse_int=str)
        except ValueError as error:
            reason = str(error)
        raise RefusedAnswer(
            Bilingual(
                id=f"{self.host} menjawab dengan JSON yang tidak utuh ({reason}). Coba lagi nanti; bila tetap, lapor.",
                en=f"{self.host} answered with JSON that is not whole ({reason}). Try later; if it stays, report it.",
            )
        )


def plain_text(text: str) -> str:
    """A label without tags and entities, in one line: "<b>ACEH</b>" is "ACEH", "A &amp; B" is "A & B"."""
    # Labels come escaped once more at times: tags appear only after the first unescaping.
    once = html.unescape(TAG.sub(" ", text))
    return " ".join(TAG.sub(" ", once).split())


def page_instead(reply: Reply) -> HtmlAnswer:
    """The failure of a web page with status 200; one with a table may be the file itself, an `.xls` written as HTML."""
    title = explain(reply)
    table = TABLE.search(reply.body) is not None
    return HtmlAnswer(
        Bilingual(
            id=f"{reply.host} mengirim halaman web{title}, bukan data. Mungkin perlu masuk (login) atau alamatnya "
            "salah: buka alamat itu di peramban dan perbaiki kontrak."
            + (' Bila tabel di halaman itu datanya, nyatakan format.kind = "html" di kontrak.' if table else ""),
            en=f"{reply.host} sent a web page{title}, not data. It may want a login, or the address is wrong: "
            "open it in a browser and mend the contract."
            + (' If the table on the page is the data, declare format.kind = "html" in the contract.' if table else ""),
        )
    )


def explain(reply: Reply) -> str:
    """What an error answer says about itself, in brackets: an object's message, a bare string, a page's title."""
    text = reply.body[:65536].decode("utf-8", "replace")
    if reply.is_page:
        match = TITLE.search(text)
        said = match.group(1) if match else ""
    else:
        try:
            said = _said(json.loads(text))
        except ValueError:
            said = ""
    said = plain_text(said)
    return f" ({said[:LONGEST_QUOTE]})" if said else ""


def _said(body: Any) -> str:
    """The message in an error object, whichever of the known shapes it has."""
    if isinstance(body, str):
        return body
    if not isinstance(body, dict):
        return ""
    error = body.get("error", body.get("message", ""))
    if not isinstance(error, dict):
        return str(error)
    told = error.get("message") or {key: value for key, value in error.items() if key != "__type"}
    return ": ".join(str(part) for part in (error.get("__type"), told) if part)


def of_status(reply: Reply, now: float) -> SourceFailure | None:
    """The failure that a status stands for, or None when the answer is there (200) or still the same (304)."""
    status = reply.status
    if status in {HTTPStatus.OK, HTTPStatus.NOT_MODIFIED}:
        return None
    if status in PASSING or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        wait = wait_asked_for(reply.headers.get("retry-after"), now)
        return TransientFailure(_trouble(reply), retry_after=wait)
    if status == HTTPStatus.FORBIDDEN and (reply.is_page or "html" in reply.headers.get("content-type", "")):
        return Blocked(_blocked(reply))
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.PROXY_AUTHENTICATION_REQUIRED}:
        return AuthError(_no_right(reply))
    if status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
        return NotFound(_not_there(reply))
    return BadRequest(_not_understood(reply))


def _trouble(reply: Reply) -> Bilingual:
    said = f"{reply.status}{explain(reply)}"
    return Bilingual(
        id=f"{reply.host} sedang bermasalah, status {said}", en=f"{reply.host} is in trouble, status {said}"
    )


def _blocked(reply: Reply) -> Bilingual:
    said = explain(reply)
    return Bilingual(
        id=f"tembok api di depan {reply.host} menolak kami{said}. Jalankan dari jaringan lain, atau minta "
        "pengelolanya membuka jalan.",
        en=f"a firewall before {reply.host} turns us away{said}. Run from another network, or ask its keeper "
        "to let us through.",
    )


def _no_right(reply: Reply) -> Bilingual:
    said = f"{reply.status}{explain(reply)}"
    return Bilingual(
        id=f"{reply.host} menolak, status {said}. Periksa kunci atau token, dan apa yang boleh dibacanya.",
        en=f"{reply.host} refuses us, status {said}. Check the key or token, and what it may read.",
    )


def _not_there(reply: Reply) -> Bilingual:
    path, said = httpx.URL(reply.url).path, f"{reply.status}{explain(reply)}"
    return Bilingual(
        id=f"{reply.host} tidak punya {path}, status {said}. Cari alamat barunya di portal dan perbaiki kontrak.",
        en=f"{reply.host} has no {path}, status {said}. Find its new address on the portal and mend the contract.",
    )


def _not_understood(reply: Reply) -> Bilingual:
    said = f"{reply.status}{explain(reply)}"
    return Bilingual(
        id=f"{reply.host} tidak memahami permintaan, status {said}. Periksa id dan alamat di kontrak.",
        en=f"{reply.host} does not understand the request, status {said}. Check ids and address in the contract.",
    )


def wait_asked_for(text: str | None, now: float) -> float | None:
    """The seconds that a Retry-After header asks for, written as a number or as a date; None when it says nothing."""
    if not text:
        return None
    if text.strip().isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    # A date without a zone means Greenwich here.
    return max(0.0, (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - now)


def of_transport(error: httpx.TransportError, host: str) -> SourceFailure:
    """The failure that a broken connection stands for; only a certificate that cannot be verified is terminal."""
    tls = next((cause for cause in _causes(error) if isinstance(cause, ssl.SSLError)), None)
    if tls is not None and not isinstance(tls, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        reason = getattr(tls, "verify_message", "") or tls.reason or "TLS"
        return Untrusted(
            Bilingual(
                id=f"sertifikat {host} tidak dapat dipercaya ({reason}). Bila rantainya tidak lengkap, simpan "
                "sertifikat antaranya di samping kontrak dan sebutkan sebagai connector.ca_file.",
                en=f"the certificate of {host} cannot be trusted ({reason}). If its chain is incomplete, put the "
                "intermediate certificate beside the contract and name it as connector.ca_file.",
            )
        )
    indonesian, english = _transport_words(error)
    return TransientFailure(Bilingual(id=f"{host}: {indonesian}", en=f"{host}: {english}"))


def _causes(error: BaseException | None) -> list[BaseException]:
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found


def _transport_words(error: httpx.TransportError) -> tuple[str, str]:
    if isinstance(error, httpx.ConnectTimeout):
        return "tidak menjawab panggilan", "does not answer the call"
    if isinstance(error, httpx.TimeoutException):
        return "terlalu lama diam", "was silent for too long"
    if isinstance(error, httpx.ProxyError):
        return f"proksi menolak ({error})", f"the proxy refuses ({error})"
    if isinstance(error, httpx.ConnectError):
        return f"tidak dapat dihubungi ({error})", f"cannot be reached ({error})"
    return f"sambungan putus di tengah jawaban ({error})", f"the connection broke off within the answer ({error})"
