"""`mojoraya run`: one night under a Prefect server of its own, which lives no longer than the night.

The order is what makes it quick: the server starts first and loads in a process of its own; meanwhile Great
Expectations is imported here, if there may be something to validate, and Prefect; then the flow runs.
"""

from __future__ import annotations

import gc
import logging
import os
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from catalog.settings import ENVIRONMENT, Settings
from flows import ledger, stages, wording
from flows.cluster import check_choice
from flows.context import NIGHT, Night
from flows.outcome import NightOutcome
from flows.readers import Readers
from flows.server import LOG_LIMIT, ServerChild, ServerError

DRAIN_SECONDS = 5.0
COLLECT_RARELY = 50_000


def run_nightly(settings: Settings, report: Callable[[str], None]) -> NightOutcome:
    """Run the flow `nightly` once and return how it ended; `report` gets one line per stage and source.

    Call it from the main thread, before Prefect is imported. Raises `DeclarationError` for a Dask cluster that is
    chosen but not named.
    """
    check_choice(settings)
    started = datetime.now(UTC)
    # Imports and validation make millions of lasting objects: the default collects among them for 2 of 11 s.
    gc.set_threshold(COLLECT_RARELY)
    server = ServerChild(settings.data / "prefect")
    server.start()
    readers = None
    try:
        os.environ.update(environment(settings, server))
        if not server.given_url:
            report(wording.waking_line(settings.lang, first=server.is_first()))
        if stages.needs_work(settings):
            # Now, while the server starts and no thread of ours runs.
            readers = Readers.warm(settings)
        return run_flow(server, Night(settings, report, "command", started, readers))
    except ServerError as error:
        outcome = wording.nothing_published(str(error), error.english)
        ledger.append_or_say(settings, outcome, started, "command", report)
        return outcome
    finally:
        if readers is not None:
            readers.stop()
        server.stop()


def run_flow(server: ServerChild, night: Night) -> NightOutcome:
    """Run the flow against `server` and wait until its last event is delivered."""
    from prefect.events.clients import NullEventsClient
    from prefect.events.worker import EventsWorker
    from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

    from flows.nightly import nightly

    logger = keep_quiet()
    if not server.given_url:
        # Events of our own server go into a database that is thrown away: making them is an eighth of the night.
        EventsWorker.set_client_override(NullEventsClient)
    server.wait_until_healthy()
    token = NIGHT.set(night)
    # Joining the heartbeat's thread takes up to a second; nobody watches for heartbeats on our own server.
    still: dict[Any, None] = {} if server.given_url else {PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}
    try:
        with temporary_settings(still):
            nightly(night.settings.lang, return_state=True)
    except Exception:
        # What the stages did stands, whether or not the server could take note of it.
        logger.exception("Prefect could not begin or end the flow run")
    finally:
        NIGHT.reset(token)
        if not server.is_running():
            night.report(wording.server_gone(night.settings.lang))
        # A worker that still has events when the server goes prints pages of tracebacks at exit.
        EventsWorker.drain_all(timeout=DRAIN_SECONDS)
    if night.outcome is None:
        log = log_file(night.settings)
        raise ServerError(
            f"Server Prefect di {server.api_url} menolak atau terputus; rinciannya ada di {log}.",
            f"The Prefect server at {server.api_url} refused or went away; the details are in {log}.",
        )
    return night.outcome


def environment(settings: Settings, server: ServerChild) -> dict[str, str]:
    """What must be set before Prefect is imported; a run in another process finds the same settings by it."""
    log = log_file(settings)
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_suffix(".log.1"))
    ours = {variable: str(getattr(settings, name)) for variable, name in ENVIRONMENT.items()}
    return (
        server.environment()
        | ours
        | {
            "PREFECT_LOGGING_SETTINGS_PATH": str(Path(__file__).with_name("logging.yml")),
            "PREFECT_LOGGING_HANDLERS_FILE_FILENAME": str(log),
        }
    )


def log_file(settings: Settings) -> Path:
    """Where Prefect's own lines and all tracebacks go."""
    return settings.data.resolve() / "prefect" / "run.log"


def keep_quiet() -> logging.Logger:
    """Send warnings and exceptions of background threads to the log file instead of the terminal."""
    logger = logging.getLogger("mojoraya")
    logging.captureWarnings(capture=True)

    def to_log(crash: threading.ExceptHookArgs) -> None:
        logger.error("A background thread broke off", exc_info=crash.exc_value)

    threading.excepthook = to_log
    return logger
