"""The CKAN connector: which resource is taken, how a dump is read to its end, and what errors mean."""

from __future__ import annotations

from typing import Any

import pytest
from support.outside_world import Declare, World
from support.portal_server import (
    LOGIN_PAGE,
    NOT_FOUND_PAGE,
    FakeDump,
    Portal,
    Request,
    Response,
    as_json,
    ckan_error,
    ckan_result,
    page,
)

from sources.connectors import Delivery, Seen, TransientFailure, Unchanged, deliver
from sources.connectors.failures import (
    AuthError,
    BadRequest,
    HtmlAnswer,
    NotFound,
    RefusedAnswer,
    TerminalFailure,
)

SHOW = "/api/3/action/package_show"
CSV = b"kode,tahun,nilai\n3576,2023,5.77\n"
ROWS = [[number, f"35.76.01.{number:04}", '"teks"\ndua baris'] for number in range(1, 8)]


def fetch(
    declare: Declare, world: World, portal: Portal, last: Seen | None = None, **options: Any
) -> Delivery | Unchanged:
    named = {} if "resource" in options else {"dataset": "kemiskinan"}
    contract = declare({"kind": "ckan", "base_url": portal.url, **named, **options})
    return deliver(contract, last, world.outside)


def whole(answer: Delivery | Unchanged) -> Delivery:
    assert isinstance(answer, Delivery)
    return answer


def resource(name: str, form: str, changed: str | None = None, **more: Any) -> dict[str, Any]:
    return {"id": name, "format": form, "url": f"/unduh/{name}", "last_modified": changed, "state": "active"} | more


def offer(portal: Portal, *resources: dict[str, Any]) -> None:
    portal.answers(SHOW, ckan_result({"id": "1", "resources": list(resources)}))
    for item in resources:
        portal.answers(item["url"].partition("?")[0], Response(item["id"].encode() + b"\n"))


def test_the_newest_resource_of_the_format_is_taken(declare: Declare, world: World, portal: Portal) -> None:
    offer(
        portal,
        resource("old", "CSV", "2024-01-01T00:00:00"),
        resource("new", "csv", None, created="2025-01-01T00:00:00"),
        resource("workbook", "XLSX", "2026-01-01T00:00:00"),
        resource("withdrawn", "CSV", "2026-01-01T00:00:00", state="deleted"),
    )
    found = whole(fetch(declare, world, portal))
    assert (found.data, found.url, found.suffix) == (b"new\n", f"{portal.url}/unduh/new", "csv")
    assert [answer.url for answer in found.answers] == [f"{portal.url}{SHOW}?id=kemiskinan"]


@pytest.mark.parametrize("text", ["CSV", "csv", ".csv", " text/csv ", "XLSX with a csv address"])
def test_the_format_is_free_text_and_the_files_ending_is_believed_first(
    declare: Declare, world: World, portal: Portal, text: str
) -> None:
    url = "/unduh/a.csv" if "address" in text else "/unduh/a"
    offer(portal, resource("a", text, url=url))
    assert whole(fetch(declare, world, portal)).data == b"a\n"


def test_media_types_of_workbooks_are_known(declare: Declare, world: World, portal: Portal) -> None:
    offer(portal, resource("a", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))
    assert whole(fetch(declare, world, portal, format="xlsx")).suffix == "xlsx"


def test_a_dataset_without_the_format_says_which_it_has(declare: Declare, world: World, portal: Portal) -> None:
    offer(portal, resource("a", "PDF"), resource("b", ""))
    with pytest.raises(NotFound, match=r"has no csv file \(there are: \?, pdf\)"):
        fetch(declare, world, portal)


def test_a_resource_can_be_named_itself(declare: Declare, world: World, portal: Portal) -> None:
    portal.answers("/api/3/action/resource_show", ckan_result(resource("a", "CSV")))
    portal.answers("/unduh/a", Response(CSV))
    assert whole(fetch(declare, world, portal, resource="a")).data == CSV
    assert portal.requests[0].query == {"id": "a"}


def test_a_file_of_a_portal_is_asked_for_only_if_it_changed(declare: Declare, world: World, portal: Portal) -> None:
    offer(portal, resource("a", "CSV"))
    portal.answers("/unduh/a", Response(status=304))
    last = Seen("0" * 64, f"{portal.url}/unduh/a", etag='"1"')
    assert fetch(declare, world, portal, last) == Unchanged(f"{portal.url}/unduh/a")


@pytest.mark.parametrize(
    "address", ["ftp://portal.example/a.csv", "file:///etc/passwd", "javascript:x", "http://[", "lihat\nlampiran://x"]
)
def test_a_resource_at_an_address_of_another_kind_is_not_fetched(
    declare: Declare, world: World, portal: Portal, address: str
) -> None:
    portal.answers(SHOW, ckan_result({"resources": [resource("a", "CSV", url=address)]}))
    with pytest.raises(TerminalFailure, match="is not fetched"):
        fetch(declare, world, portal)


def test_a_resource_that_is_a_page_of_a_drive_is_refused(declare: Declare, world: World, portal: Portal) -> None:
    offer(portal, resource("a", "CSV"))
    portal.answers("/unduh/a", page(LOGIN_PAGE))
    with pytest.raises(HtmlAnswer):
        fetch(declare, world, portal)


def dump(declare: Declare, world: World, portal: Portal, fake: Any, **options: Any) -> Delivery:
    portal.answers(SHOW, ckan_result({"resources": [resource("r1", "CSV", "2025-01-01T00:00:00")]}))
    portal.route("/datastore/dump/r1", fake)
    return whole(fetch(declare, world, portal, via="datastore", **options))


def test_a_dump_of_three_pages_has_every_row_once_under_one_header(
    declare: Declare, world: World, portal: Portal
) -> None:
    fake = FakeDump(["_id", "kode", "catatan"], ROWS, bom=True)
    found = dump(declare, world, portal, fake, page_rows=3)
    expected = b"_id,kode,catatan\r\n" + b"".join(
        f'{number},{code},"""teks""\ndua baris"\r\n'.encode() for number, code, _ in ROWS
    )
    assert found.data == expected
    assert [request.query["offset"] for request in portal.requests[1:]] == ["0", "3", "6", "7"]
    assert found.url == f"{portal.url}/datastore/dump/r1"
    assert found.last_modified == "2025-01-01T00:00:00"
    assert len(found.answers) == 5


def test_a_portal_that_gives_fewer_rows_than_asked_for_is_read_to_the_end(
    declare: Declare, world: World, portal: Portal
) -> None:
    found = dump(declare, world, portal, FakeDump(["_id", "kode", "x"], ROWS, clamp=2), page_rows=32000)
    assert found.data.count(b"35.76.01") == 7
    assert [request.query["offset"] for request in portal.requests[1:]] == ["0", "2", "4", "6", "7"]


def test_the_end_of_a_dump_is_its_first_empty_page_even_if_the_table_shrinks(
    declare: Declare, world: World, portal: Portal
) -> None:
    found = dump(declare, world, portal, FakeDump(["_id", "kode", "x"], ROWS, shrinks_to=4), page_rows=3)
    assert [row[:1] for row in found.data.splitlines() if row[1:2] == b","] == [b"1", b"2", b"3", b"4"]


def test_an_empty_table_is_a_header_without_rows(declare: Declare, world: World, portal: Portal) -> None:
    assert dump(declare, world, portal, FakeDump(["_id", "kode"], [])).data == b"_id,kode\r\n"


def test_a_table_that_moves_while_it_is_read_is_read_again(declare: Declare, world: World, portal: Portal) -> None:
    calm = FakeDump(["_id", "kode", "x"], ROWS)
    asked: list[str] = []

    def moving(request: Request) -> Response:
        asked.append(request.query["offset"])
        # A row was put in before the first page's last one, so that it comes again on the second page.
        if len(asked) == 2:
            request.query["offset"] = "2"
        return calm(request)

    found = dump(declare, world, portal, moving, page_rows=3)
    assert found.data.count(b"35.76.01") == 7
    assert asked == ["0", "3", "0", "3", "6", "7"]
    assert world.sleeps == [1.5]


def test_a_header_that_changes_within_a_dump_is_refused(declare: Declare, world: World, portal: Portal) -> None:
    pages = [b"_id,kode\n1,a\n", b"_id,nama\n2,b\n"]
    with pytest.raises(RefusedAnswer, match="changed the header"):
        dump(declare, world, portal, lambda request: Response(pages[int(request.query["offset"])]))


@pytest.mark.parametrize(
    ("answer", "kind", "said"),
    [
        (as_json("Bad request: Action name not known: x", 400), BadRequest, "Action name not known"),
        (ckan_error(400, "Search Query Error", message="Search Query is invalid: x"), BadRequest, "Search Query Error"),
        (ckan_error(403, "Authorization Error", message="Access denied: x"), AuthError, "Access denied"),
        (ckan_error(404, "Not Found Error", message="Not found"), NotFound, "Not Found Error: Not found"),
        (ckan_error(409, "Validation Error", id=["Missing value"]), BadRequest, "Missing value"),
        (page(NOT_FOUND_PAGE, 404), NotFound, "404 Not Found"),
        (ckan_error(200, "Not Found Error", message="Not found"), BadRequest, "without a result"),
        (page(LOGIN_PAGE), HtmlAnswer, "Masuk"),
        (as_json(["list"]), BadRequest, "without a result"),
        (Response(b'{"success": tr'), RefusedAnswer, "JSON that is not whole"),
    ],
    ids=["bare string", "query", "denied", "absent", "409", "404 page", "200 false", "login", "list", "cut json"],
)
def test_errors_of_the_action_interface_are_told_apart(
    declare: Declare, world: World, portal: Portal, answer: Response, kind: type[TerminalFailure], said: str
) -> None:
    portal.answers(SHOW, answer)
    with pytest.raises(kind, match=said) as failure:
        fetch(declare, world, portal)
    assert type(failure.value) is kind
    assert len(portal.requests) == 1


@pytest.mark.parametrize(
    ("answer", "kind"), [(page(NOT_FOUND_PAGE, 404), NotFound), (page(NOT_FOUND_PAGE, 400), BadRequest)]
)
def test_a_dump_answers_its_errors_as_pages(
    declare: Declare, world: World, portal: Portal, answer: Response, kind: type[TerminalFailure]
) -> None:
    with pytest.raises(kind):
        dump(declare, world, portal, lambda _request: answer)


def test_a_search_server_that_is_down_is_tried_again(declare: Declare, world: World, portal: Portal) -> None:
    portal.answers(SHOW, ckan_error(500, "Search Connection Error", message="Solr"))
    with pytest.raises(TransientFailure, match="Search Connection Error: Solr"):
        fetch(declare, world, portal)
    assert len(portal.requests) == 4


def test_a_token_is_shown_to_the_portal_and_to_nobody_else(declare: Declare, world: World, portal: Portal) -> None:
    world.environ["TOKEN_PORTAL"] = " rahasia-1\n"  # noqa: S105
    with Portal() as elsewhere:
        address = elsewhere.answers("/a.csv", Response(CSV))
        offer(portal, resource("a", "CSV"))
        portal.answers(SHOW, ckan_result({"resources": [resource("a", "CSV", url=address)]}))
        assert whole(fetch(declare, world, portal, token_env="TOKEN_PORTAL")).data == CSV  # noqa: S106
        assert portal.requests[0].headers["authorization"] == "rahasia-1"
        assert "authorization" not in elsewhere.requests[0].headers


def test_a_token_that_is_not_set_is_told_before_anything_is_asked(
    declare: Declare, world: World, portal: Portal
) -> None:
    with pytest.raises(AuthError, match="Set the variable TOKEN_PORTAL"):
        fetch(declare, world, portal, token_env="TOKEN_PORTAL")  # noqa: S106
    assert portal.requests == []
