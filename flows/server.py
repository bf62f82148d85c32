"""Our own Prefect server: a child process on a free loopback port, started before Prefect is imported here.

Prefect's temporary server makes an empty flow take about 20 s, because the main process imports the whole
server package only to start a child that imports it again. This module imports nothing but the standard
library, so that the child loads while the main process does its own slow imports.
"""

from __future__ import annotations

import contextlib
import http.client
import importlib.metadata
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

from flows.survivors import (
    MARK,
    Kind,
    ServerRecord,
    die_with_parent,
    process_born,
    read_records,
    reap_survivors,
)

LOOPBACK = "127.0.0.1"
ROOM = Path(__file__).resolve().parent.parent
LAUNCH = f"import sys; sys.path.insert(0, sys.argv[1]); from flows.server import child; child()  # {MARK}"
LOG_LIMIT = 5_000_000


class ServerError(RuntimeError):
    """The Prefect server did not start or did not answer; the message is Indonesian, `english` the same."""

    def __init__(self, indonesian: str, english: str) -> None:
        super().__init__(indonesian)
        self.english = english

    def message(self, lang: str) -> str:
        """The sentence in `lang`."""
        return self.english if lang == "en" else str(self)


class ServerChild:
    """A Prefect server that lives no longer than this process.

    `kind="run"` serves one flow run: no UI, no scheduler, a database of its own that is thrown away.
    `kind="serve"` keeps its UI, its services and a database in PREFECT_HOME (`home`). When the user has set
    PREFECT_API_URL, nothing is started and theirs is used.

    The parent-death signal follows the thread that calls `start`: call it from the main thread.
    """

    def __init__(self, home: Path, *, kind: Kind = "run", port: int = 0) -> None:
        self.home = home.resolve()
        self.kind = kind
        self.wanted_port = port
        self.port = 0
        self.given_url = os.environ.get("PREFECT_API_URL") or None
        self._process: subprocess.Popen[bytes] | None = None
        self._room = self.home / "servers" / f"{os.getpid()}-{time.monotonic_ns()}"

    @property
    def api_url(self) -> str:
        """Where the API answers."""
        return self.given_url or f"http://{LOOPBACK}:{self.port}/api"

    @property
    def log(self) -> Path:
        """The file that takes everything the server prints."""
        return self.home / "server.log"

    @property
    def template(self) -> Path:
        """Where this data folder keeps an empty database of the installed Prefect.

        The migrations take 4.4 of the 7.9 s until a new server answers (two cores); a copy of an already
        migrated file brings that down to 3.5 s. A database in memory goes through the same migrations
        and serialises all requests on one connection. History of one-shot runs is not kept:
        data/runs.jsonl is the ledger.
        """
        return self.home / template_name()

    def _given_template(self) -> Path | None:
        return next((path for path in (self.template, prepared_template()) if path.is_file()), None)

    def start(self) -> None:
        """Reap what an earlier crash left, then start the child and return at once.

        Raises `ServerError` when a `serve` of the same data folder already runs.
        """
        if self.given_url:
            return
        self.home.mkdir(parents=True, exist_ok=True)
        reap_survivors(self.home)
        self._refuse_second_serve()
        self._room.mkdir(parents=True)
        template = self._given_template()
        if template and not self.database.exists():
            shutil.copyfile(template, self.database)
        with listen(self.wanted_port) as door:
            self.port = int(door.getsockname()[1])
            self._process = self._launch(door)
        self._record(self._process.pid)

    @property
    def database(self) -> Path:
        """The server's SQLite file."""
        return (self._room if self.kind == "run" else self.home) / "prefect.db"

    def _refuse_second_serve(self) -> None:
        running = [record for record in read_records(self.home) if record.kind == "serve" and record.is_alive()]
        if self.kind == "serve" and running:
            url = f"http://{LOOPBACK}:{running[0].port}"
            raise ServerError(
                f"mojoraya serve sudah berjalan untuk data ini (pid {running[0].parent}, {url}). "
                "Hentikan dulu yang itu.",
                f"mojoraya serve already runs for this data (pid {running[0].parent}, {url}). Stop that one first.",
            )

    def _launch(self, door: socket.socket) -> subprocess.Popen[bytes]:
        fresh = not self.log.exists() or self.log.stat().st_size > LOG_LIMIT
        command = [sys.executable, "-P", "-c", LAUNCH, str(ROOM), str(door.fileno()), str(os.getpid()), self.kind]
        with self.log.open("wb" if fresh else "ab") as log:
            # A session of its own: Ctrl-C must reach the flow, not the server under it.
            return subprocess.Popen(
                command,
                # A prefect.toml in the operator's folder must not configure our server.
                cwd=self.home,
                env=self._child_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(door.fileno(),),
                start_new_session=True,
            )

    def _child_environment(self) -> dict[str, str]:
        # The user's own PREFECT_* (a password, a base path, another database) is meant for their server.
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
        url = f"http://{LOOPBACK}:{self.port}"
        kept |= {
            "DO_NOT_TRACK": "1",
            "PREFECT_HOME": str(self.home),
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{self.database}",
            "PREFECT_SERVER_API_HOST": LOOPBACK,
            "PREFECT_SERVER_API_PORT": str(self.port),
        }
        if self.kind == "serve":
            # By default the UI is unpacked inside site-packages, which need not be writable.
            return kept | {
                "PREFECT_UI_API_URL": f"{url}/api",
                "PREFECT_SERVER_UI_STATIC_DIRECTORY": str(self.home / "ui"),
            }
        return kept | {
            "PREFECT_SERVER_UI_ENABLED": "false",
            "PREFECT_SERVER_REGISTER_BLOCKS_ON_START": "false",
            "PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED": "false",
            "PREFECT_SERVER_SERVICES_LATE_RUNS_ENABLED": "false",
        }

    def _record(self, pid: int) -> None:
        me = os.getpid()
        record = ServerRecord(self.kind, self.port, pid, process_born(pid), me, process_born(me))
        aside = self._room / "server.json.new"
        aside.write_text(json.dumps(asdict(record)), "utf-8")
        aside.replace(self._room / "server.json")

    def environment(self) -> dict[str, str]:
        """What must stand in `os.environ` before Prefect is imported in the main process."""
        quiet = {
            "DO_NOT_TRACK": "1",
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "PREFECT_HOME": str(self.home),
            "PREFECT_API_URL": self.api_url,
        }
        if self.given_url:
            return quiet | {name: os.environ[name] for name in ("PREFECT_HOME",) if os.environ.get(name)}
        around = {entry for name in ("NO_PROXY", "no_proxy") for entry in os.environ.get(name, "").split(",")}
        # An office proxy would be asked for 127.0.0.1 otherwise.
        bypass = ",".join(sorted((around | {LOOPBACK, "localhost"}) - {""}))
        # One-shot logs go to a file; the database that would take them is thrown away.
        # A server that died on loopback does not come back: five patient tries per request would take many minutes.
        alone = {"PREFECT_LOGGING_TO_API_ENABLED": "false", "PREFECT_CLIENT_MAX_RETRIES": "1"}
        to_api = alone if self.kind == "run" else {}
        return quiet | to_api | {"NO_PROXY": bypass, "no_proxy": bypass}

    def wait_until_healthy(self, timeout: float = 90.0) -> None:
        """Return as soon as the server answers; raise `ServerError` when it ended or `timeout` s have passed."""
        if self.given_url:
            return
        deadline = time.monotonic() + timeout
        while not is_healthy(self.port):
            if self._process is None or self._process.poll() is not None or time.monotonic() > deadline:
                if not self._was_killed():
                    self._drop_templates()
                raise self.ended()
            time.sleep(0.05)
        if self.kind == "run" and not self._given_template():
            keep_template(self.database, self.template)

    def is_first(self) -> bool:
        """Whether the migrations are still to come, so that the start takes its longest."""
        return not self.given_url and not self.database.exists() and self._given_template() is None

    def _was_killed(self) -> bool:
        """Whether a signal ended the child: memory that ran out, say, and no fault of what it was given."""
        code = self._process.poll() if self._process else None
        return code is not None and code < 0

    def _drop_templates(self) -> None:
        # A damaged template must not stand in the way for ever.
        for path in (self.template, prepared_template()):
            with contextlib.suppress(OSError):
                path.unlink()

    def ended(self) -> ServerError:
        """The error of a server that does not answer, or that ended by itself."""
        code = self._process.poll() if self._process else None
        if code is not None and code < 0:
            return ServerError(
                f"Server Prefect dihentikan dari luar (sinyal {-code}), misalnya karena memori habis. Jalankan lagi.",
                f"The Prefect server was ended from outside (signal {-code}), for want of memory perhaps. Run again.",
            )
        how_id = "tidak menjawab" if code is None else f"berhenti dengan kode {code}"
        how_en = "does not answer" if code is None else f"ended with code {code}"
        return ServerError(
            f"Server Prefect {how_id}. Sebabnya ada di {self.log}; jalankan lagi setelah diperbaiki.",
            f"The Prefect server {how_en}. The cause stands in {self.log}; run again once it is mended.",
        )

    def is_running(self) -> bool:
        """Whether the child still runs; True for a server that the user named."""
        return self.given_url is not None or (self._process is not None and self._process.poll() is None)

    def stop(self, grace: float = 2.0) -> None:
        """End the child (quickly; it is killed after `grace` s) and remove its record and throw-away database."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(grace)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None
        shutil.rmtree(self._room, ignore_errors=True)


def template_name() -> str:
    """The name of an empty database of the installed Prefect."""
    return f"empty-{importlib.metadata.version('prefect')}.db"


def prepared_template() -> Path:
    """The empty database that was made when the virtual environment was built."""
    return Path(sys.prefix) / "share" / "mojoraya" / template_name()


def prepare() -> None:
    """Make the empty database once for the virtual environment, so that even a first run starts quickly."""
    os.environ.pop("PREFECT_API_URL", None)
    with tempfile.TemporaryDirectory() as folder:
        server = ServerChild(Path(folder))
        try:
            server.start()
            server.wait_until_healthy()
            prepared_template().parent.mkdir(parents=True, exist_ok=True)
            if server.template.is_file():
                shutil.move(server.template, prepared_template())
        finally:
            server.stop()


def listen(port: int) -> socket.socket:
    """A listening loopback socket on `port`, or on a free port when that one is taken.

    The child inherits it, so no other process can take the port in between.
    """
    door = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind((LOOPBACK, port))
        door.listen(128)
    except OSError:
        door.close()
        if port == 0:
            raise
        return listen(0)
    return door


def is_healthy(port: int) -> bool:
    """Whether a Prefect API answers on this loopback port; no proxy is asked."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=2)
    try:
        connection.request("GET", "/api/health")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def keep_template(database: Path, template: Path) -> None:
    """Keep a consistent copy of a freshly migrated database, whole or not at all."""
    aside = template.with_suffix(f".{os.getpid()}")
    source, target = sqlite3.connect(database), sqlite3.connect(aside)
    try:
        with target:
            source.backup(target)
    finally:
        source.close()
        target.close()
    aside.replace(template)


def child() -> None:
    """What the child process runs: Prefect's server on the inherited socket (arguments: see `_launch`)."""
    import gc

    die_with_parent(int(sys.argv[3]))
    # Imports and migrations create millions of lasting objects: collecting among them costs a sixth of the start.
    gc.disable()
    import uvicorn
    from prefect.server.api.server import create_app

    app = create_app(final=True, ephemeral=sys.argv[4] == "run")
    if sys.argv[4] == "serve":
        gc.enable()
    config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=1)
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=int(sys.argv[2]))])


if __name__ == "__main__":
    prepare()
