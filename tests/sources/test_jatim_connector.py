"""The East Java connector: records page by page as CSV, with nothing in them touched."""

from __future__ import annotations

from typing import Any

import pytest
from support.outside_world import Declare, World
from support.portal_server import LOGIN_PAGE, Portal, Response, Route, as_json, jatim_pages, page

from sources.connectors import Delivery, TransientFailure, deliver
from sources.connectors.failures import HtmlAnswer, NotFound, RefusedAnswer

PATH = "/api/cleaned-bigdata/dinsos/kemiskinan"


def record(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "kode_kabupaten_kota": 3500 + number,
        "nama_kabupaten_kota": f"KABUPATEN {number}",
        "persentase_penduduk_miskin": "5.70",
        "satuan": "PERSEN",
        "tahun": 2023,
        "periode_update": None,
    } | more


RECORDS = [record(number) for number in range(1, 8)]


def fetch(declare: Declare, world: World, portal: Portal, route: Route, per_page: int = 3) -> Delivery:
    portal.route(PATH, route)
    contract = declare(
        {
            "kind": "jatim",
            "base_url": f"{portal.url}/api/",
            "schema_name": "dinsos",
            "table": "kemiskinan",
            "per_page": per_page,
        }
    )
    found = deliver(contract, None, world.outside)
    assert isinstance(found, Delivery)
    return found


def test_three_pages_the_last_shorter_give_every_row_once(declare: Declare, world: World, portal: Portal) -> None:
    found = fetch(declare, world, portal, jatim_pages(RECORDS))
    lines = found.data.decode().splitlines()
    assert lines[0] == (
        "id,kode_kabupaten_kota,nama_kabupaten_kota,persentase_penduduk_miskin,satuan,tahun,periode_update"
    )
    assert [line.split(",")[0] for line in lines[1:]] == ["1", "2", "3", "4", "5", "6", "7"]
    assert [request.query["page"] for request in portal.requests] == ["1", "2", "3", "4"]
    assert (found.url, found.suffix, len(found.answers)) == (f"{portal.url}{PATH}", "csv", 4)


@pytest.mark.parametrize("sent", ['"7.650"', '"7,65"', "7.650", "1234567890123456789", "1e3", '" 5 "'])
def test_numbers_come_as_they_were_sent(declare: Declare, world: World, portal: Portal, sent: str) -> None:
    body = f'{{"data": [{{"id": 1, "nilai": {sent}}}]}}'.encode()
    pages = [Response(body), as_json({"data": []})]
    found = fetch(declare, world, portal, lambda request: pages[int(request.query["page"]) - 1])
    plain = sent.strip('"')
    assert found.data.decode() in {f"id,nilai\n1,{plain}\n", f'id,nilai\n1,"{plain}"\n'}


def test_rows_in_another_order_are_the_same_bytes(declare: Declare, world: World, portal: Portal) -> None:
    first = fetch(declare, world, portal, jatim_pages(RECORDS))
    assert fetch(declare, world, portal, jatim_pages(RECORDS[::-1])).data == first.data


def test_a_portal_without_pages_is_complete_when_its_one_page_was_not_full(
    declare: Declare, world: World, portal: Portal
) -> None:
    found = fetch(declare, world, portal, lambda _request: as_json({"data": RECORDS}), per_page=300)
    assert found.data.count(b"KABUPATEN") == 7


def test_a_portal_without_pages_whose_page_was_full_is_refused(declare: Declare, world: World, portal: Portal) -> None:
    with pytest.raises(RefusedAnswer, match="so the rest is unknown"):
        fetch(declare, world, portal, lambda _request: as_json({"data": RECORDS}), per_page=7)


def test_a_table_that_keeps_moving_is_a_transient_failure(declare: Declare, world: World, portal: Portal) -> None:
    pages = [RECORDS[:3], RECORDS[2:5]]
    with pytest.raises(TransientFailure, match="a row was sent twice") as failure:
        fetch(declare, world, portal, lambda request: as_json({"data": pages[int(request.query["page"]) - 1]}))
    assert (failure.value.tries, len(portal.requests)) == (4, 8)


@pytest.mark.parametrize("data", [[], "", None])
def test_no_data_is_an_empty_file(declare: Declare, world: World, portal: Portal, data: Any) -> None:
    assert fetch(declare, world, portal, lambda _request: as_json({"data": data})).data == b""


def test_a_column_that_only_later_rows_have_is_refused(declare: Declare, world: World, portal: Portal) -> None:
    with pytest.raises(RefusedAnswer, match=r"columns \(catatan\)"):
        fetch(declare, world, portal, jatim_pages([record(1), record(2, catatan="x")]))


def test_an_answer_without_data_is_refused(declare: Declare, world: World, portal: Portal) -> None:
    with pytest.raises(RefusedAnswer, match=r"without a list 'data' \(tabel tidak ada\)"):
        fetch(declare, world, portal, lambda _request: as_json({"message": "tabel tidak ada"}))
    with pytest.raises(HtmlAnswer):
        fetch(declare, world, portal, lambda _request: page(LOGIN_PAGE))
    with pytest.raises(NotFound):
        fetch(declare, world, portal, lambda _request: as_json({"message": "x"}, 404))
