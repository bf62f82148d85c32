"""The BPS connector against a WebAPI that answers as documented; numbers are those of the matrix in section 4.6.

Rows 1, 12 to 15 of the matrix are in test_ckan_connector.py, 16 and 17 in tests/flows/test_fetch.py (they are about
vintages), 18 in test_secrets_stay_hidden.py, 19 and 20 in test_http_connector.py. Of row 10 the connector's part is to
send text on untouched; which decimal mark it has is the contract's to say.
"""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from support.outside_world import Declare, World
from support.portal_server import FIREWALL, LOGIN_PAGE, FakeBps, Portal, Request, Response, as_json, error, page

from catalog.load import Catalog
from sources.connectors import Delivery, TransientFailure, deliver
from sources.connectors.failures import (
    AmbiguousKey,
    AuthError,
    BadRequest,
    Blocked,
    HtmlAnswer,
    NotFound,
    RefusedAnswer,
    TerminalFailure,
    UnmatchedKey,
)
from transforms.read import read_table
from transforms.tidy import tidy

KEY = "kunci/uji+7f3a"
YEARS = {118: "2018", 117: "2017", 119: "2019", 120: "2020", 121: "2021"}
REGIONS = {3516: "Mojokerto", 3576: "<b>Kota</b> Mojokerto"}
CELLS = {(region, 0, th, 0): round(th / 10 + region / 1000, 2) for region in REGIONS for th in YEARS}
HEADER = ["vervar_id", "vervar", "var_id", "turvar_id", "turvar", "tahun", "turtahun_id", "turtahun", "value", "unit"]
PATH = "/v1/api/list"


def bps(**changes: Any) -> FakeBps:
    values = {"key": KEY, "var": 192, "years": YEARS, "vervar": REGIONS, "cells": CELLS}
    return FakeBps(**{**values, **changes})


def fetch(declare: Declare, world: World, portal: Portal, fake: Any, **options: Any) -> Delivery:
    world.environ.setdefault("BPS_API_KEY", KEY)
    portal.route(PATH, fake)
    connector = {
        "kind": "bps",
        "base_url": f"{portal.url}/v1/api/",
        "domain": "3500",
        "var": 192,
        "years": {"first": 2017},
        "read_seconds": 0.2,
    }
    found = deliver(declare({**connector, **options}), None, world.outside)
    assert isinstance(found, Delivery)
    return found


def rows(found: Delivery) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(found.data.decode())))


def asked(portal: Portal, model: str = "data") -> list[dict[str, str]]:
    return [request.query for request in portal.requests if request.query["model"] == model]


def test_a_table_comes_as_one_row_per_figure_in_order(declare: Declare, world: World, portal: Portal) -> None:
    found = fetch(declare, world, portal, bps())
    read = rows(found)
    assert list(read[0]) == HEADER
    assert [(row["vervar_id"], row["tahun"]) for row in read] == [
        (region, str(year)) for region in ("3516", "3576") for year in range(2017, 2022)
    ]
    assert read[5] == dict(
        zip(
            HEADER,
            ["3576", "Kota Mojokerto", "192", "0", "Tidak ada", "2017", "0", "Tahun", "15.28", "Persen"],
            strict=True,
        )
    )
    assert found.url == f"{portal.url}{PATH}?model=data&domain=3500&var=192"
    assert (found.suffix, found.last_modified) == ("csv", "2026-02-05 10:11:12")


def test_the_same_figures_give_the_same_bytes_in_whatever_order_they_come(
    declare: Declare, world: World, portal: Portal
) -> None:
    turned = bps(
        vervar=dict(reversed(REGIONS.items())),
        years=dict(sorted(YEARS.items())),
        cells=dict(reversed(CELLS.items())),
        most_years=1,
    )
    assert fetch(declare, world, portal, turned).data == fetch(declare, world, portal, bps()).data


def test_raw_answers_are_known_by_their_digests_and_addresses_without_the_key(
    declare: Declare, world: World, portal: Portal
) -> None:
    found = fetch(declare, world, portal, bps())
    assert len(found.answers) == len(portal.requests)
    assert all(len(answer.sha256) == 64 and "model=" in answer.url for answer in found.answers)
    assert not any("key" in answer.url for answer in found.answers)


def test_1_years_on_several_pages_are_all_found_and_never_computed(
    declare: Declare, world: World, portal: Portal
) -> None:
    years = {500 + number: str(2000 + number) for number in range(24)}
    cells = {(3576, 0, th, 0): int(label) for th, label in years.items()}
    found = fetch(declare, world, portal, bps(years=years, cells=cells), years={"first": 2021, "last": 2022})
    assert [request["page"] for request in asked(portal, "th")] == ["1", "2", "3"]
    assert [(row["tahun"], row["value"]) for row in rows(found)] == [("2021", "2021"), ("2022", "2022")]


def test_2_nothing_published_is_a_table_without_rows(declare: Declare, world: World, portal: Portal) -> None:
    assert fetch(declare, world, portal, bps(cells={})).data.decode() == ",".join(HEADER) + "\n"
    assert rows(fetch(declare, world, portal, bps(years={}))) == []


def test_3_a_refused_key_is_terminal(declare: Declare, world: World, portal: Portal) -> None:
    with pytest.raises(AuthError, match=r"refuses the key.*re-check"):
        fetch(declare, world, portal, bps(key="another"))
    assert (len(portal.requests), world.sleeps) == (1, [])


def test_4_too_many_years_are_asked_for_again_in_windows_of_the_size_that_bps_names(
    declare: Declare, world: World, portal: Portal
) -> None:
    fetch(declare, world, portal, bps(most_years=3))
    assert [request["th"] for request in asked(portal)] == ["117;118;119;120;121", "117;118;119", "120;121"]


def test_4_a_limit_that_allows_what_was_refused_ends_the_asking(declare: Declare, world: World, portal: Portal) -> None:
    with pytest.raises(RefusedAnswer, match="refuses table 192 even for 5 years"):
        fetch(declare, world, portal, lying(bps(), 5))


def lying(fake: FakeBps, allowed: int) -> Any:
    message = f"The maximum allowed number of years for the 'th' parameter is {allowed}. You provided 5."
    return lambda request: error(message) if request.query["model"] == "data" else fake(request)


def test_5_null_halves_the_window(declare: Declare, world: World, portal: Portal) -> None:
    found = fetch(declare, world, portal, bps(null_above=1, most_years=9))
    assert [request["th"].count(";") + 1 for request in asked(portal)] == [5, 2, 1, 1, 1, 1, 1]
    assert len(rows(found)) == 10


def test_5_null_for_a_single_year_asks_to_narrow_the_contract(declare: Declare, world: World, portal: Portal) -> None:
    with pytest.raises(RefusedAnswer, match=r"even for 1 years\. Narrow turvar or vervar"):
        fetch(declare, world, portal, bps(null_above=0))


def test_6_a_firewall_is_told_from_a_refused_key(declare: Declare, world: World, portal: Portal) -> None:
    with pytest.raises(Blocked, match="firewall"):
        fetch(declare, world, portal, lambda _request: page(FIREWALL, 403))
    with pytest.raises(Blocked, match="firewall"):
        fetch(declare, world, portal, lambda _request: page(b"Perimeter WAF Block", 403))


def test_6_requests_look_like_a_browsers(declare: Declare, world: World, portal: Portal) -> None:
    fetch(declare, world, portal, bps())
    assert all(request.headers["user-agent"].startswith("Mozilla/5.0 (X11") for request in portal.requests)


@pytest.mark.parametrize("misbehave", ["reset", "silent", "hang up"])
def test_7_a_broken_connection_is_tried_again_and_then_told_with_its_cause(
    declare: Declare, world: World, portal: Portal, misbehave: Any
) -> None:
    trouble = [True, True]

    def sometimes(request: Request) -> Response:
        if trouble and request.query["model"] == "data":
            trouble.pop()
            return Response(b"{}" * 10, misbehave=misbehave)
        return bps()(request)

    assert len(rows(fetch(declare, world, portal, sometimes))) == 10
    with pytest.raises(TransientFailure, match=r"broke off|silent") as failure:
        fetch(declare, world, portal, lambda _request: Response(b"{}" * 10, misbehave=misbehave))
    assert failure.value.tries == 4


def test_8_an_ambiguous_key_is_refused(declare: Declare, world: World, portal: Portal) -> None:
    fake = bps(
        var=1,
        years={117: "2017"},
        vervar={1: "a", 11: "b"},
        turvar={0: "x", 10: "y"},
        cells={(1, 10, 117, 0): 5, (11, 0, 117, 0): 6},
    )
    with pytest.raises(AmbiguousKey):
        fetch(declare, world, portal, fake, var=1)


def test_8_a_key_outside_the_dimensions_is_refused(declare: Declare, world: World, portal: Portal) -> None:
    with pytest.raises(UnmatchedKey, match="'357719201170'"):
        fetch(declare, world, portal, bps(cells={**CELLS, (3577, 0, 117, 0): 5}))


def test_9_absent_cells_are_gaps_only_where_the_contract_calls_the_table_complete(
    declare: Declare, world: World, portal: Portal
) -> None:
    fake = bps(cells={key: value for key, value in CELLS.items() if key != (3576, 0, 119, 0)})
    assert len(rows(fetch(declare, world, portal, fake))) == 9
    gaps = [row for row in rows(fetch(declare, world, portal, fake, complete=True)) if row["value"] == ""]
    assert [(row["vervar_id"], row["tahun"]) for row in gaps] == [("3576", "2019")]


def test_9_a_missing_january_stays_missing(declare: Declare, world: World, portal: Portal) -> None:
    months = {number: f"Bulan {number}" for number in range(1, 14)}
    cells = {(3576, 0, 117, month): month for month in months if month not in {1, 13}}
    read = rows(fetch(declare, world, portal, bps(years={117: "2017"}, turtahun=months, cells=cells)))
    assert [(row["turtahun_id"], row["value"]) for row in read] == [(str(month), str(month)) for month in range(2, 13)]


@pytest.mark.parametrize(("sent", "read"), [("7.65", "7.65"), ("7,65", "7,65"), (7.650, "7.65"), (None, "")])
def test_10_values_come_as_they_were_sent(declare: Declare, world: World, portal: Portal, sent: Any, read: str) -> None:
    fake = bps(years={117: "2017"}, cells={(3576, 0, 117, 0): sent})
    assert [row["value"] for row in rows(fetch(declare, world, portal, fake))] == [read]


def test_10_the_digits_of_a_number_are_those_that_were_sent(declare: Declare, world: World, portal: Portal) -> None:
    fake = bps(years={117: "2017"}, cells={(3576, 0, 117, 0): "@"})

    def exact(request: Request) -> Response:
        found = fake(request)
        found.body = found.body.replace(b'"@"', b"118.80")
        return found

    assert rows(fetch(declare, world, portal, exact))[0]["value"] == "118.80"


def test_11_labels_lose_their_markup(declare: Declare, world: World, portal: Portal) -> None:
    fake = bps(vervar={9999: "<b>INDONESIA</b>", 3576: "Kota &amp; Kabupaten"}, cells=CELLS | {(9999, 0, 117, 0): 1})
    cells = {key: value for key, value in fake.cells.items() if key[0] in fake.vervar}
    read = rows(fetch(declare, world, portal, bps(vervar=fake.vervar, cells=cells)))
    assert {row["vervar"] for row in read} == {"INDONESIA", "Kota & Kabupaten"}


def test_16_a_new_date_over_the_same_figures_gives_the_same_bytes(
    declare: Declare, world: World, portal: Portal
) -> None:
    first = fetch(declare, world, portal, bps())
    later = fetch(declare, world, portal, bps(extra={"last_update": "2026-03-01 08:00:00"}))
    assert (later.data, later.last_modified) == (first.data, "2026-03-01 08:00:00")


def test_requests_keep_half_a_second_apart(declare: Declare, world: World, portal: Portal) -> None:
    fetch(declare, world, portal, bps())
    assert world.sleeps == [0.5] * (len(portal.requests) - 1)


@pytest.mark.parametrize("spelling", ["kode_ver_id", "vervar_id"])
def test_rows_named_by_the_contract_are_checked_and_asked_for(
    declare: Declare, world: World, portal: Portal, spelling: str
) -> None:
    fake = bps(id_of_vervar=spelling)
    fetch(declare, world, portal, fake, vervar=[3576, 3516], turvar=[0])
    assert {request["vervar"] for request in asked(portal)} == {"3576;3516"}
    with pytest.raises(NotFound, match="table 192 has no vervar 3577"):
        fetch(declare, world, portal, fake, vervar=[3576, 3577])


def test_a_row_with_the_ten_digits_of_a_village_is_read(declare: Declare, world: World, portal: Portal) -> None:
    fake = bps(years={117: "2017"}, vervar={3516010001: "Desa"}, cells={(3516010001, 0, 117, 0): 5})
    assert rows(fetch(declare, world, portal, fake))[0]["vervar_id"] == "3516010001"


def test_what_is_no_year_is_left_out_and_said(declare: Declare, world: World, portal: Portal) -> None:
    found = fetch(declare, world, portal, bps(years={**YEARS, 200: "2017/2018", 122: "2022*"}))
    assert [note.en for note in found.notes] == [
        "BPS lists '2017/2018' among the years; it is no year and is left out."
    ]
    assert "122" in asked(portal)[0]["th"]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (error("domain is not valid"), BadRequest),
        (page(LOGIN_PAGE), HtmlAnswer),
        (as_json([1]), RefusedAnswer),
        (Response(b"null"), RefusedAnswer),
        (Response(b'{"status":"OK"'), RefusedAnswer),
    ],
    ids=["unknown domain", "page", "list", "null", "cut"],
)
def test_other_errors_with_status_200_are_terminal(
    declare: Declare, world: World, portal: Portal, answer: Response, kind: type[TerminalFailure]
) -> None:
    with pytest.raises(kind) as failure:
        fetch(declare, world, portal, lambda _request: answer)
    assert type(failure.value) is kind


def test_years_that_were_not_asked_for_are_left_to_their_own_request(
    declare: Declare, world: World, portal: Portal
) -> None:
    def generous(request: Request) -> Response:
        found = bps(most_years=2)(request)
        body = json.loads(found.body)
        if "datacontent" in body:
            body["tahun"].append({"val": 99, "label": "1999"})
            body["datacontent"]["35161920990"] = 1
        return as_json(body)

    assert len(rows(fetch(declare, world, portal, generous))) == 10


def test_the_key_may_come_from_a_block_that_the_contract_names(declare: Declare, world: World, portal: Portal) -> None:
    world.environ["BPS_API_KEY"] = " "
    world.blocks["kunci-bps"] = f"{KEY}\n"
    assert rows(fetch(declare, world, portal, bps(), key_block="kunci-bps"))


def test_without_a_key_nothing_is_asked_and_both_places_are_named(
    declare: Declare, world: World, portal: Portal
) -> None:
    world.environ["BPS_API_KEY"] = ""
    with pytest.raises(AuthError, match="variable BPS_API_KEY or the Prefect Secret block 'kunci-bps'"):
        fetch(declare, world, portal, bps(), key_block="kunci-bps")
    world.environ["BPS_API_KEY"] = "a\nb"
    with pytest.raises(AuthError, match="line break"):
        fetch(declare, world, portal, bps())
    assert portal.requests == []


COLUMNS = [
    {"header": ["vervar_id"], "role": "region_code", "scheme": "bps"},
    {"header": ["vervar"], "role": "ignore"},
    {"header": ["var_id"], "role": "constant", "constant": "192"},
    {"header": ["turvar_id"], "role": "constant", "constant": "0"},
    {"header": ["turvar"], "role": "ignore"},
    {"header": ["tahun"], "role": "period"},
    {"header": ["turtahun_id"], "role": "constant", "constant": "0"},
    {"header": ["turtahun"], "role": "ignore"},
    {"header": ["value"], "role": "value", "measure": "poverty_rate"},
    {"header": ["unit"], "role": "unit"},
]


def test_an_ordinary_contract_reads_the_rendered_table(
    declare: Declare, world: World, portal: Portal, catalog: Catalog
) -> None:
    found = fetch(declare, world, portal, bps())
    measure = {
        "indicator": "poverty_rate",
        "unit": "percent",
        "unit_text": "Persen",
        "precision": [{"decimals": 2}],
    }
    contract = declare({"kind": "http", "url": "https://portal.example/"}, columns=COLUMNS, measures=[measure]).contract
    frame = tidy(read_table(found.data, contract), contract, catalog)
    city = frame[(frame["region_code"] == "35.76") & (frame["year"] == 2017)]
    assert [str(value) for value in city["raw"]] == ["15.28"]
    assert frame["region_problem"].isna().all()
    assert frame["value"].notna().all()
