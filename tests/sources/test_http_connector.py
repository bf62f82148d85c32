"""The http connector against a server that behaves and one that does not."""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import ipaddress
import ssl
from pathlib import Path
from typing import Any

import pytest
from support.outside_world import Declare, World
from support.portal_server import FIREWALL, LOGIN_PAGE, Portal, Request, Response, page

from expectations.door import judge_bytes
from sources.connectors import Delivery, Seen, TransientFailure, Unchanged, deliver
from sources.connectors.failures import (
    AuthError,
    BadRedirect,
    BadRequest,
    Blocked,
    HtmlAnswer,
    NotFound,
    RefusedAnswer,
    SourceFailure,
    TerminalFailure,
    TooLarge,
    Untrusted,
)

CSV = b"kode,tahun,nilai\n3576,2023,5.77\n3516,2023,9.80\n"


def fetch(declare: Declare, world: World, url: str, last: Seen | None = None, **options: Any) -> Delivery | Unchanged:
    form = {"kind": options.pop("format", "csv"), "max_bytes": options.pop("max_bytes", 10_000)}
    connector = {"kind": "http", "url": url, "read_seconds": 0.2, "connect_seconds": 1, **options}
    return deliver(declare(connector, format=form), last, world.outside)


def whole(answer: Delivery | Unchanged) -> Delivery:
    assert isinstance(answer, Delivery)
    return answer


def test_a_file_comes_as_it_was_sent_with_its_provenance(declare: Declare, world: World, portal: Portal) -> None:
    tags = {"ETag": '"v1"', "Last-Modified": "Wed, 05 Feb 2025 10:00:00 GMT"}
    url = portal.answers("/kemiskinan.csv", Response(CSV, headers=tags))
    found = whole(fetch(declare, world, url))
    assert found == Delivery(CSV, url, "csv", '"v1"', "Wed, 05 Feb 2025 10:00:00 GMT")


def test_a_file_that_has_not_changed_is_not_sent_again(declare: Declare, world: World, portal: Portal) -> None:
    url = portal.answers("/a.csv", Response(status=304))
    last = Seen("0" * 64, url, '"v1"', "Wed, 05 Feb 2025 10:00:00 GMT")
    assert fetch(declare, world, url, last) == Unchanged(url)
    asked = portal.requests[0].headers
    assert asked["if-none-match"] == '"v1"'
    assert asked["if-modified-since"] == "Wed, 05 Feb 2025 10:00:00 GMT"


def test_what_was_seen_at_another_address_makes_no_request_conditional(
    declare: Declare, world: World, portal: Portal
) -> None:
    url = portal.answers("/a.csv", Response(CSV))
    fetch(declare, world, url, Seen("0" * 64, f"{portal.url}/b.csv", '"v1"'))
    assert "if-none-match" not in portal.requests[0].headers


def test_unchanged_without_having_been_asked_is_refused(declare: Declare, world: World, portal: Portal) -> None:
    url = portal.answers("/a.csv", Response(status=304))
    with pytest.raises(RefusedAnswer, match="we have no copy"):
        fetch(declare, world, url)


def test_new_bytes_under_the_same_last_modified_are_taken_with_a_warning(
    declare: Declare, world: World, portal: Portal
) -> None:
    changed = "Wed, 05 Feb 2025 10:00:00 GMT"
    url = portal.answers("/a.csv", Response(CSV, headers={"Last-Modified": changed}))
    found = whole(fetch(declare, world, url, Seen("0" * 64, url, last_modified=changed)))
    assert "content has changed" in found.notes[0].en
    again = whole(fetch(declare, world, url, Seen(hashlib.sha256(CSV).hexdigest(), url, last_modified=changed)))
    assert again.notes == ()


@pytest.mark.parametrize(
    "trouble",
    [
        Response(CSV, misbehave="reset"),
        Response(CSV, length=len(CSV) + 20),
        Response(CSV, misbehave="silent"),
        Response(misbehave="hang up"),
        Response(gzip.compress(CSV)[:-12], headers={"Content-Encoding": "gzip"}),
        Response(status=500),
        Response(status=502),
        Response(status=503),
        Response(status=504),
        Response(status=408),
        Response(status=429),
    ],
    ids=["reset", "truncated", "slow", "hang_up", "cut_gzip", "500", "502", "503", "504", "408", "429"],
)
def test_trouble_that_passes_is_met_with_patience(
    declare: Declare, world: World, portal: Portal, trouble: Response
) -> None:
    url = portal.answers("/a.csv", trouble, trouble, Response(CSV))
    assert whole(fetch(declare, world, url)).data == CSV
    assert world.sleeps == [1.5, 4.5]


def test_trouble_that_stays_is_a_transient_failure_with_its_cause(
    declare: Declare, world: World, portal: Portal
) -> None:
    url = portal.answers("/a.csv", Response(CSV, length=len(CSV) + 20))
    with pytest.raises(TransientFailure, match=r"broke off.*received 47 bytes, expected 67") as failure:
        fetch(declare, world, url)
    assert failure.value.tries == 4
    assert len(portal.requests) == 4
    assert world.sleeps == [1.5, 4.5, 13.5]


def test_an_answer_of_status_5xx_quotes_what_it_says(declare: Declare, world: World, portal: Portal) -> None:
    url = portal.answers("/a.csv", page(b"<html><title>Sedang&nbsp;dirawat</title></html>", 503))
    with pytest.raises(TransientFailure, match=r"status 503 \(Sedang dirawat\)"):
        fetch(declare, world, url)


@pytest.mark.parametrize("wait", ["7", "Thu, 01 Jan 1970 00:16:47 GMT"])
def test_retry_after_is_honoured_as_seconds_and_as_a_date(
    declare: Declare, world: World, portal: Portal, wait: str
) -> None:
    url = portal.answers("/a.csv", Response(status=429, headers={"Retry-After": wait}), Response(CSV))
    assert whole(fetch(declare, world, url)).data == CSV
    assert world.sleeps == [7]


def test_a_publisher_that_wants_to_be_left_alone_for_long_is_left_alone(
    declare: Declare, world: World, portal: Portal
) -> None:
    url = portal.answers("/a.csv", Response(status=503, headers={"Retry-After": "3600"}))
    with pytest.raises(TransientFailure) as failure:
        fetch(declare, world, url)
    assert (failure.value.retry_after, failure.value.tries, world.sleeps) == (3600, 1, [])


def test_nothing_is_tried_beyond_the_deadline(declare: Declare, world: World, portal: Portal) -> None:
    url = portal.answers("/a.csv", Response(status=503))
    with pytest.raises(TransientFailure):
        fetch(declare, world, url, deadline_seconds=5)
    assert world.sleeps == [1.5]


def test_an_answer_that_never_ends_is_cut_at_the_deadline(declare: Declare, world: World, portal: Portal) -> None:
    def slowly(_request: Request) -> Response:
        world.time += 100
        return Response(CSV)

    with pytest.raises(TransientFailure, match="not ended after 60 seconds"):
        fetch(declare, world, portal.route("/a.csv", slowly), deadline_seconds=60)
    assert len(portal.requests) == 1


def test_nobody_at_the_address_is_transient(declare: Declare, world: World) -> None:
    with Portal() as gone:
        url = f"{gone.url}/a.csv"
    with pytest.raises(TransientFailure, match="cannot be reached"):
        fetch(declare, world, url)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Response(status=401), AuthError),
        (Response(status=403), AuthError),
        (page(FIREWALL, 403), Blocked),
        (Response(status=404), NotFound),
        (Response(status=410), NotFound),
        (Response(status=400), BadRequest),
        (Response(status=409), BadRequest),
        (page(LOGIN_PAGE), HtmlAnswer),
        (Response(b"\xef\xbb\xbf<!-- x --><HTML>"), HtmlAnswer),
        (Response(b"x" * 10_001), TooLarge),
        (Response(gzip.compress(b"x" * 10_001), headers={"Content-Encoding": "gzip"}), TooLarge),
        (Response(b"x", headers={"Content-Encoding": "br"}), RefusedAnswer),
    ],
    ids=[
        "401",
        "403",
        "firewall",
        "404",
        "410",
        "400",
        "409",
        "login page",
        "html without a type",
        "too large",
        "too large once unpacked",
        "packing not asked for",
    ],
)
def test_trouble_that_stays_until_somebody_acts_is_not_tried_again(
    declare: Declare, world: World, portal: Portal, answer: Response, kind: type[TerminalFailure]
) -> None:
    url = portal.answers("/a.csv", answer)
    with pytest.raises(kind) as failure:
        fetch(declare, world, url)
    assert type(failure.value) is kind
    assert failure.value.message.id != failure.value.message.en
    assert (len(portal.requests), world.sleeps) == (1, [])


def test_a_login_page_with_status_200_says_what_it_is(declare: Declare, world: World, portal: Portal) -> None:
    url = portal.answers("/a.csv", page(LOGIN_PAGE))
    with pytest.raises(HtmlAnswer, match=r"a web page \(Masuk · Portal\), not data"):
        fetch(declare, world, url)


def test_a_body_longer_than_its_length_arrives_cut_and_is_stopped_at_the_door(
    declare: Declare, world: World, portal: Portal
) -> None:
    url = portal.answers("/a.csv", Response(CSV, length=38))
    found = whole(fetch(declare, world, url))
    assert found.data == CSV[:38]
    refused = judge_bytes(found.data, declare({"kind": "http", "url": url}).contract)
    assert refused is not None
    assert refused.rule == "not_truncated"


def test_gzip_is_asked_for_and_undone(declare: Declare, world: World, portal: Portal) -> None:
    packed = gzip.compress(CSV[:20]) + gzip.compress(CSV[20:])
    url = portal.answers("/a.csv", Response(packed, headers={"Content-Encoding": "gzip"}))
    assert whole(fetch(declare, world, url)).data == CSV
    assert portal.requests[0].headers["accept-encoding"] == "gzip"


def test_a_file_of_just_the_largest_size_passes(declare: Declare, world: World, portal: Portal) -> None:
    assert len(whole(fetch(declare, world, portal.answers("/a.csv", Response(b"x" * 10_000)))).data) == 10_000


def test_a_redirect_is_followed_and_lineage_keeps_the_contracts_address(
    declare: Declare, world: World, portal: Portal
) -> None:
    url = portal.answers("/a", Response(status=302, headers={"Location": "/unduh/b.csv?tanda=x"}))
    portal.answers("/unduh/b.csv", Response(CSV))
    found = whole(fetch(declare, world, url))
    assert (found.data, found.url, found.suffix) == (CSV, url, "csv")


def test_a_redirect_loop_ends_after_a_few_rounds(declare: Declare, world: World, portal: Portal) -> None:
    url = portal.answers("/a.csv", Response(status=301, headers={"Location": "/b.csv"}))
    portal.answers("/b.csv", Response(status=301, headers={"Location": "/a.csv"}))
    with pytest.raises(BadRedirect, match="more than 5 times"):
        fetch(declare, world, url)
    assert len(portal.requests) == 6


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "https://portal.example/a.csv", "ftp://portal.example/a.csv", "data:,x"]
)
def test_a_redirect_to_another_scheme_is_not_followed(
    declare: Declare, world: World, portal: Portal, target: str
) -> None:
    url = portal.answers("/a.csv", Response(status=302, headers={"Location": target}))
    with pytest.raises(BadRedirect, match="which is not followed"):
        fetch(declare, world, url)


def test_the_proxy_of_the_environment_is_used(
    declare: Declare, world: World, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", portal.url)
    portal.answers("/a.csv", Response(CSV))
    assert whole(fetch(declare, world, "http://portal.example/a.csv")).data == CSV
    assert portal.requests[0].target == "http://portal.example/a.csv"


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that no usual authority has signed, and its key."""
    x509 = pytest.importorskip("cryptography.x509")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "portal")])
    now = dt.datetime.now(dt.UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "portal.pem").write_bytes(signed.public_bytes(pem))
    plain = serialization.NoEncryption()
    (folder / "key.pem").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    return folder / "portal.pem", folder / "key.pem"


def test_a_certificate_is_verified_always_and_trusted_when_it_lies_beside_the_contract(
    declare: Declare, world: World, tmp_path: Path
) -> None:
    chain, key = certificate(tmp_path)
    trust = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trust.load_cert_chain(chain, key)
    with Portal(trust) as secure:
        url = secure.answers("/a.csv", Response(CSV))
        with pytest.raises(Untrusted, match=r"cannot be trusted \(self-signed certificate\).*connector\.ca_file"):
            fetch(declare, world, url)
        assert (secure.requests, world.sleeps) == ([], [])
        assert whole(fetch(declare, world, url, ca_file="portal.pem")).data == CSV


@pytest.mark.parametrize("name", ["none.pem", "../none.pem", "broken.pem"])
def test_extra_certificates_that_cannot_be_read_are_a_terminal_failure(
    declare: Declare, world: World, tmp_path: Path, name: str
) -> None:
    (tmp_path / "broken.pem").write_text("no certificate")
    with pytest.raises(TerminalFailure):
        fetch(declare, world, "https://portal.example/a.csv", ca_file=name)


def test_every_failure_is_told_in_two_languages(declare: Declare, world: World, portal: Portal) -> None:
    url = portal.answers("/a.csv", Response(status=404))
    with pytest.raises(SourceFailure) as failure:
        fetch(declare, world, url)
    assert "perbaiki kontrak" in failure.value.message.id
    assert "mend the contract" in failure.value.message.en


TABLE_PAGE = b"<table><tr><td>kode</td><td>nilai</td></tr></table>"


@pytest.mark.parametrize("form", ["csv", "workbook"])
@pytest.mark.parametrize("body", [LOGIN_PAGE, b"\xef\xbb\xbf\n" + LOGIN_PAGE, TABLE_PAGE])
def test_a_page_where_a_file_was_asked_for_is_refused_by_the_connector(
    declare: Declare, world: World, portal: Portal, form: str, body: bytes
) -> None:
    url = portal.answers("/a.xlsx", page(body))
    with pytest.raises(HtmlAnswer) as caught:
        fetch(declare, world, url, format=form)
    assert "bukan data" in caught.value.message.id
    assert ('format.kind = "html"' in caught.value.message.id) == (body == TABLE_PAGE)
    assert ('format.kind = "html"' in caught.value.message.en) == (body == TABLE_PAGE)


@pytest.mark.parametrize(
    ("form", "body"),
    [("html", TABLE_PAGE), ("workbook", b"PK\x03\x04<html>"), ("workbook", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")],
)
def test_what_the_contract_asks_for_is_no_page_instead(
    declare: Declare, world: World, portal: Portal, form: str, body: bytes
) -> None:
    url = portal.answers("/a.xls", page(body))
    assert whole(fetch(declare, world, url, format=form)).data == body
