"""The BPS WebAPI's dynamic tables, as CSV with one row per figure.

The interface answers errors with status 200, allows few years per request and says how few only when asked
for more, answers the literal null when a table is too large for it, and stands behind a firewall. Years go by
ids of its own, which are looked up and never computed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from catalog.connector import BpsConnector
from catalog.contract import ContractFile
from catalog.strict import Bilingual
from sources.connectors.bps_cells import Cell, Table, labels_of, read_table
from sources.connectors.canonical import answer_of, canonical_csv
from sources.connectors.failures import AuthError, BadRequest, NotFound, RefusedAnswer
from sources.connectors.interface import Answer, Delivery, Outside
from sources.connectors.keys import find_key
from sources.connectors.refusals import plain_text
from sources.connectors.web import BROWSER, Secret, Web

HEADER = (
    "vervar_id",
    "vervar",
    "var_id",
    "turvar_id",
    "turvar",
    "tahun",
    "turtahun_id",
    "turtahun",
    "value",
    "unit",
)
# About two requests a second are known to be let through.
PAUSE = 0.5
YEARS_ALLOWED = re.compile(r"maximum allowed number of years.*? is (\d+)", re.IGNORECASE | re.DOTALL)
KEY_REFUSED = re.compile(r"not allowed|\bkey\b", re.IGNORECASE)
# A year may carry a mark: "2024*".
YEAR = re.compile(r"(\d{4})\W{0,4}")
MOST_PAGES = 1000


@dataclass
class Session:
    """The requests of one delivery, and the answers they got."""

    web: Web
    connector: BpsConnector
    answers: list[Answer] = field(default_factory=list)
    notes: list[Bilingual] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The address of lists and tables, without the key."""
        return f"{self.connector.base_url.rstrip('/')}/list"

    def ask(self, model: str, **parameters: str) -> Any:
        """The JSON answer to one request for the contract's table; errors are still in it."""
        named = {"model": model, "domain": self.connector.domain, "var": str(self.connector.var)}
        reply = self.web.get(self.url, {**named, "lang": self.connector.lang, **parameters})
        self.answers.append(answer_of(reply))
        return reply.json()

    def items(self, model: str) -> Iterator[Mapping[str, Any]]:
        """All items of a list, page by page; none when BPS has none. Raises `RefusedAnswer`."""
        for page in range(1, MOST_PAGES + 1):
            body = good(self.ask(model, page=str(page)))
            data = body.get("data")
            # The page's own numbers and the items stand in one list; without items it is a string.
            if not (isinstance(data, list) and len(data) > 1 and isinstance(data[1], list) and data[1]):
                return
            yield from data[1]
            about = data[0] if isinstance(data[0], dict) else {}
            if str(page) == str(about.get("pages", 1)):
                return


class TooManyYears(Exception):
    """BPS allows `allowed` years per request."""

    def __init__(self, allowed: int) -> None:
        self.allowed = allowed
        super().__init__(f"{allowed} years allowed")


def deliver(connector: BpsConnector, contract_file: ContractFile, outside: Outside) -> Delivery:
    """Fetch the table that the contract names, all its years; raises a `SourceFailure`."""
    key = Secret("key", find_key(connector.key_env, connector.key_block, outside), "query")
    limit = contract_file.contract.format.max_bytes
    with Web(
        connector,
        contract_file.folder,
        limit,
        outside,
        secret=key,
        home=connector.base_url,
        agent=BROWSER,
        pause=PAUSE,
    ) as web:
        session = Session(web, connector)
        years = find_years(session)
        check_rows(session)
        rows, updated = collect(session, years)
        notes = tuple(session.notes)
    data = canonical_csv(HEADER, [rows[cell] for cell in sorted(rows, key=_by_number)])
    url = f"{session.url}?model=data&domain={connector.domain}&var={connector.var}"
    return Delivery(data, url, "csv", last_modified=updated, answers=tuple(session.answers), notes=notes)


def find_years(session: Session) -> list[str]:
    """The ids of the contract's years among those of the table, in order of the years."""
    first, last = session.connector.years.first, session.connector.years.last or 9999
    years: dict[str, int] = {}
    for identity, label in labels_of(list(session.items("th")), "th").items():
        match = YEAR.fullmatch(label)
        if match:
            years[identity] = int(match.group(1))
        else:
            session.notes.append(_no_year(label))
    return sorted((item for item in years if first <= years[item] <= last), key=lambda item: (years[item], item))


def _no_year(label: str) -> Bilingual:
    return Bilingual(
        id=f"BPS mendaftar '{label}' di antara tahun-tahun; itu bukan tahun, jadi tidak diambil.",
        en=f"BPS lists '{label}' among the years; it is no year and is left out.",
    )


def check_rows(session: Session) -> None:
    """Raises `NotFound` when the contract asks for rows (vervar) that the table does not have."""
    if not session.connector.vervar:
        return
    there = labels_of(list(session.items("vervar")), "vervar")
    missing = [str(item) for item in session.connector.vervar if str(item) not in there]
    if missing:
        raise NotFound(
            Bilingual(
                id=f"tabel BPS {session.connector.var} tidak punya vervar {', '.join(missing)}. Perbaiki kontrak.",
                en=f"the BPS table {session.connector.var} has no vervar {', '.join(missing)}. Mend the contract.",
            )
        )


def collect(session: Session, years: list[str]) -> tuple[dict[Cell, tuple[str, ...]], str | None]:
    """The rows of all years by cell, and when BPS last changed the table.

    All years are asked for at once; the window shrinks to what BPS says it allows, and by half at each null.
    """
    rows: dict[Cell, tuple[str, ...]] = {}
    updated: list[str] = []
    pending, window = years, max(len(years), 1)
    while pending:
        chunk = pending[:window]
        try:
            body = ask_years(session, chunk)
        except TooManyYears as told:
            window = _smaller(told.allowed, len(chunk), session.connector.var)
            continue
        if body is None:
            window = _smaller(len(chunk) // 2, len(chunk), session.connector.var)
            continue
        table = read_table(body, session.connector.var)
        if table is not None:
            rows |= _rows(table, chunk, complete=session.connector.complete)
            updated.append(str(body.get("last_update") or ""))
        pending = pending[len(chunk) :]
    return rows, max(updated, default="") or None


def ask_years(session: Session, years: list[str]) -> Mapping[str, Any] | None:
    """The answer for some years, None for the literal null; raises `TooManyYears` or a `SourceFailure`."""
    wanted = {"turvar": session.connector.turvar, "vervar": session.connector.vervar, "turth": session.connector.turth}
    narrowed = {name: ";".join(map(str, ids)) for name, ids in wanted.items() if ids}
    body = session.ask("data", th=";".join(years), **narrowed)
    return None if body is None else good(body)


def good(body: Any) -> Mapping[str, Any]:
    """An answer without an error in it; raises what its error means, since the status is always 200."""
    if not isinstance(body, dict):
        raise RefusedAnswer(
            Bilingual(
                id="BPS menjawab dengan bentuk yang tidak dikenal. Coba lagi nanti; bila tetap, laporkan.",
                en="BPS answered in a shape that is not known. Try later; if it stays, report it.",
            )
        )
    if str(body.get("status", "")).upper() == "OK":
        return body
    message = plain_text(str(body.get("message") or body.get("status") or ""))
    allowed = YEARS_ALLOWED.search(message)
    if allowed:
        raise TooManyYears(int(allowed.group(1)))
    if KEY_REFUSED.search(message):
        raise AuthError(
            Bilingual(
                id=f"BPS menolak kunci ({message}). Periksa kuncinya di halaman WebAPI BPS.",
                en=f"BPS refuses the key ({message}). Check it on the BPS WebAPI page.",
            )
        )
    raise BadRequest(
        Bilingual(
            id=f"BPS tidak memahami permintaan ({message}). Periksa domain, var dan tahun di kontrak.",
            en=f"BPS does not understand the request ({message}). Check domain, var and years in the contract.",
        )
    )


def _smaller(allowed: int, asked: int, var: int) -> int:
    """The next window; raises `RefusedAnswer` when there is no smaller one."""
    if 0 < allowed < asked:
        return allowed
    raise RefusedAnswer(
        Bilingual(
            id=f"BPS menolak tabel {var} walau hanya {asked} tahun diminta. Persempit turvar atau vervar di kontrak.",
            en=f"BPS refuses table {var} even for {asked} years. Narrow turvar or vervar in the contract.",
        )
    )


def _rows(table: Table, years: list[str], *, complete: bool) -> dict[Cell, tuple[str, ...]]:
    """The rows of an answer for the years that were asked for; absent cells too where the table is `complete`."""
    values = table.values()
    if complete:
        values = {cell: values.get(cell, "") for cell in table.cells()}
    return {cell: _row(table, cell, value) for cell, value in values.items() if cell.tahun in years}


def _row(table: Table, cell: Cell, value: str) -> tuple[str, ...]:
    turvar, turtahun = table.turvar[cell.turvar], table.turtahun[cell.turtahun]
    return (
        cell.vervar,
        table.vervar[cell.vervar],
        table.var,
        cell.turvar,
        turvar,
        table.tahun[cell.tahun],
        cell.turtahun,
        turtahun,
        value,
        table.unit,
    )


def _by_number(cell: Cell) -> tuple[tuple[int, str], ...]:
    """Ids in order of their numbers, which have no leading zeros."""
    return tuple((len(identity), identity) for identity in cell)
