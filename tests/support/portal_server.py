"""Publishers on loopback: a server that answers and misbehaves as told, and fakes of BPS, CKAN and East Java.

The fakes answer in the shapes of sections 3.4, 4.1, 4.2 and 4.5 of the domain report.
"""

from __future__ import annotations

import csv
import io
import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal, Self
from urllib.parse import parse_qsl, urlsplit

LOGIN_PAGE = (
    b"\n<!DOCTYPE html><html><head><title>Masuk &middot; Portal</title></head><body><form></form></body></html>"
)
FIREWALL = b"<html><head><title>403</title></head><body>Perimeter WAF Block</body></html>"
NOT_FOUND_PAGE = b"<!DOCTYPE html><html><head><title>404 Not Found</title></head><body>Tidak ada</body></html>"


@dataclass(frozen=True)
class Request:
    """One request as the server got it."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]
    target: str


@dataclass
class Response:
    """What to answer, and how to misbehave while doing so; `length` states another Content-Length."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None
    misbehave: Literal["", "hang up", "reset", "silent"] = ""


Route = Callable[[Request], Response]


def as_json(value: Any, status: int = 200, **headers: str) -> Response:
    return Response(json.dumps(value).encode(), status, {"Content-Type": "application/json", **headers})


def page(body: bytes, status: int = 200) -> Response:
    return Response(body, status, {"Content-Type": "text/html; charset=utf-8"})


class Portal:
    """A server on a free port of loopback; a context manager."""

    def __init__(self, trust: ssl.SSLContext | None = None) -> None:
        self.requests: list[Request] = []
        self.routes: dict[str, Route] = {}
        self.closing = threading.Event()
        portal = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                portal.serve(self)

            def log_message(self, *_args: Any) -> None:
                """Print nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        if trust is not None:
            self.server.socket = trust.wrap_socket(self.server.socket, server_side=True)
        self.url = f"{'https' if trust else 'http'}://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, *_args: object) -> None:
        self.closing.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def answers(self, path: str, *responses: Response) -> str:
        """Answer a path with these responses in turn, the last one for ever; returns the address."""
        left = list(responses)
        return self.route(path, lambda _request: left.pop(0) if len(left) > 1 else left[0])

    def route(self, path: str, route: Route) -> str:
        self.routes[path] = route
        return f"{self.url}{path}"

    def serve(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        headers = {name.lower(): value for name, value in handler.headers.items()}
        request = Request(parts.path, dict(parse_qsl(parts.query)), headers, handler.path)
        self.requests.append(request)
        route = self.routes.get(parts.path)
        self.send(handler, route(request) if route else page(NOT_FOUND_PAGE, 404))

    def send(self, handler: BaseHTTPRequestHandler, response: Response) -> None:
        if response.misbehave == "hang up":
            handler.close_connection = True
            return
        handler.send_response(response.status)
        length = len(response.body) if response.length is None else response.length
        for name, value in {"Content-Length": str(length), **response.headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        if not response.misbehave:
            handler.wfile.write(response.body)
            handler.close_connection = response.length is not None
            return
        handler.wfile.write(response.body[: len(response.body) // 2])
        handler.wfile.flush()
        if response.misbehave == "silent":
            self.closing.wait(5)
        # Closing without lingering sends a reset instead of an orderly end.
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        handler.close_connection = True


@dataclass
class FakeBps:
    """One dynamic table of the BPS WebAPI.

    `cells` are values by (vervar, turvar, th, turtahun); what is not in it is absent from the answers.
    """

    key: str
    var: int
    years: dict[int, str]
    vervar: dict[int, str]
    cells: dict[tuple[int, int, int, int], Any]
    turvar: dict[int, str] = field(default_factory=lambda: {0: "Tidak ada"})
    turtahun: dict[int, str] = field(default_factory=lambda: {0: "Tahun"})
    unit: str = "Persen"
    most_years: int = 2
    null_above: int = 99
    id_of_vervar: str = "kode_ver_id"
    extra: dict[str, Any] = field(default_factory=dict)

    def __call__(self, request: Request) -> Response:
        """Answer `/v1/api/list`."""
        asked = request.query
        if "Mozilla" not in request.headers.get("user-agent", ""):
            return page(FIREWALL, 403)
        if asked.get("key") != self.key:
            return error("You are not Allowed to take this action. Please re-check your key")
        if asked["model"] == "th":
            return self.listing(asked, [{"th_id": th, "th": label} for th, label in self.years.items()])
        if asked["model"] == "vervar":
            return self.listing(asked, [{self.id_of_vervar: key, "vervar": name} for key, name in self.vervar.items()])
        return self.data(asked)

    def listing(self, asked: dict[str, str], items: list[dict[str, Any]]) -> Response:
        at = int(asked.get("page", 1))
        pages = -(-len(items) // 10)
        shown = items[(at - 1) * 10 : at * 10]
        if not shown:
            return as_json({"status": "OK", "data-availability": "list-not-available", "data": ""})
        about = {"page": at, "pages": pages, "per_page": 10, "count": len(shown), "total": len(items)}
        return as_json({"status": "OK", "data-availability": "available", "data": [about, shown]})

    def data(self, asked: dict[str, str]) -> Response:
        if "th" not in asked:
            return error(
                "'th' parameter is required and must be an integer, separated by colon (:) for range or "
                "semicolon (;) for multiple values."
            )
        years = [int(th) for th in asked["th"].split(";")]
        if len(years) > self.null_above:
            return Response(b"null", headers={"Content-Type": "application/json"})
        if len(years) > self.most_years:
            return error(
                f"The maximum allowed number of years for the 'th' parameter is {self.most_years}. You provided "
                f"{len(years)}. Please reduce the number of years accordingly."
            )
        content = {
            f"{vervar}{self.var}{turvar}{th}{turtahun}": value
            for (vervar, turvar, th, turtahun), value in self.cells.items()
            if th in years
        }
        if not content and not self.extra:
            return as_json({"status": "OK", "data-availability": "not-available", "data": ""})
        return as_json(self.table(years, content) | self.extra)

    def table(self, years: list[int], content: dict[str, Any]) -> dict[str, Any]:
        return {
            "status": "OK",
            "data-availability": "available",
            "last_update": "2026-02-05 10:11:12",
            "subject": [{"val": 23, "label": "Kemiskinan"}],
            "var": [{"val": self.var, "label": "Persentase", "unit": self.unit, "subj": "", "def": "", "decimal": "2"}],
            "turvar": [{"val": str(key), "label": name} for key, name in self.turvar.items()],
            "labelvervar": "Kabupaten/Kota",
            "vervar": [{"val": key, "label": name} for key, name in self.vervar.items()],
            "tahun": [{"val": th, "label": self.years[th]} for th in years],
            "turtahun": [{"val": key, "label": name} for key, name in self.turtahun.items()],
            "datacontent": content,
            "related": [],
        }


def error(message: str) -> Response:
    """An error of the BPS WebAPI: its status is 200."""
    return as_json({"status": "Error", "message": message})


@dataclass
class FakeDump:
    """A CKAN datastore dump: a header on every page, and never more than `clamp` rows, whatever is asked for."""

    header: list[str]
    rows: list[list[Any]]
    clamp: int = 32000
    bom: bool = False
    shrinks_to: int | None = None

    def __call__(self, request: Request) -> Response:
        offset, limit = int(request.query["offset"]), int(request.query["limit"])
        rows = self.rows[: self.shrinks_to] if offset and self.shrinks_to is not None else self.rows
        text = io.StringIO(newline="")
        csv.writer(text).writerows([self.header, *rows[offset : offset + min(limit, self.clamp)]])
        body = (b"\xef\xbb\xbf" if self.bom else b"") + text.getvalue().encode()
        return Response(body, headers={"Content-Type": "text/csv; charset=utf-8"})


def ckan_result(result: Any) -> Response:
    return as_json({"help": "http://127.0.0.1/help", "success": True, "result": result})


def ckan_error(status: int, kind: str, **told: Any) -> Response:
    return as_json({"help": "", "success": False, "error": {"__type": kind, **told}}, status)


def jatim_pages(records: list[dict[str, Any]]) -> Route:
    """The East Java API: `data` page by page, empty after the last."""

    def answer(request: Request) -> Response:
        size, at = int(request.query["per_page"]), int(request.query["page"])
        return as_json({"data": records[(at - 1) * size : at * size]})

    return answer
