"""Shows the current release in a browser on this machine: read only, loopback only.

The address without a path leads to the current release under its own name, so that a reader who follows links stays
within one whole release even when a night publishes another one meanwhile.
"""

from __future__ import annotations

import re
import shutil
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

HOST = "127.0.0.1"
HOSTS = {"127.0.0.1", "localhost"}
ADDRESS = re.compile(r"/(?P<release>\d[\w-]*)/(?P<file>[\w.-]*)")
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    "": "text/plain; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
OTHER = "application/octet-stream"


class ReleaseServer(ThreadingHTTPServer):
    """Serves the releases of the state folder `data` on a loopback port; 0 takes a free one."""

    daemon_threads = True

    def __init__(self, data: Path, port: int) -> None:
        self.data = data
        super().__init__((HOST, port), _Handler)

    @property
    def address(self) -> str:
        """Where a browser finds the current release."""
        return f"http://{HOST}:{self.server_address[1]}/"

    def current(self) -> str | None:
        """The name of the release that is current now."""
        pointer = self.data / "current"
        return pointer.resolve().name if (pointer / "index.html").is_file() else None

    def file(self, release: str, name: str) -> Path | None:
        """A file of a release; None for anything else, whatever the address says."""
        folder = self.data / "releases" / release
        path = folder / (name or "index.html")
        whole = folder.is_dir() and not folder.name.startswith(".") and not path.is_symlink()
        return path if whole and path.is_file() and path.resolve().parent == folder.resolve() else None


class _Handler(BaseHTTPRequestHandler):
    server: ReleaseServer
    server_version = "mojoraya"
    sys_version = ""

    def do_GET(self) -> None:  # the name that http.server calls
        """Answer with a file of a release, or lead to the current one."""
        self._answer(with_body=True)

    def do_HEAD(self) -> None:  # the name that http.server calls
        """As GET, without the file."""
        self._answer(with_body=False)

    def _answer(self, *, with_body: bool) -> None:
        # A page elsewhere on the web must not read releases under a name of its own.
        if self.headers.get("Host", "").rpartition(":")[0] not in HOSTS:
            self.send_error(HTTPStatus.FORBIDDEN)
            return
        path = unquote(urlsplit(self.path).path)
        if path == "/":
            self._lead()
            return
        found = ADDRESS.fullmatch(path)
        file = self.server.file(found["release"], found["file"]) if found else None
        if file is None:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        with file.open("rb") as content:
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", TYPES.get(file.suffix, OTHER))
            self.send_header("Content-Length", str(file.stat().st_size))
            self.send_header("X-Content-Type-Options", "nosniff")
            self.end_headers()
            if with_body:
                shutil.copyfileobj(content, self.wfile)

    def _lead(self) -> None:
        current = self.server.current()
        if current is None:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        self.send_response(HTTPStatus.FOUND)
        self.send_header("Location", f"/{current}/")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nobody reads a log of a page on one's own machine."""
