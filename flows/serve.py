"""`mojoraya serve`: a Prefect server with its UI on localhost, and the nightly deployment run on its schedule.

Every run is a process of its own, started by Prefect's runner; it finds its settings and the server through
the environment. Deployment, schedule and history live in the server's database under data/prefect.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from catalog.settings import Settings
from flows import wording
from flows.cluster import check_choice
from flows.run import environment, keep_quiet, log_file
from flows.server import ServerChild, ServerError

if TYPE_CHECKING:
    from prefect.client.schemas.objects import StateType
    from prefect.deployments.runner import RunnerDeployment
    from prefect.runner import Runner

UI_PORT = 4200
DEPLOYMENT = "malam"
# Not by file path: the runner is started from any folder.
ENTRYPOINT = "flows.nightly.nightly"
WATCH_SECONDS = 1.0


class ScheduleError(ServerError):
    """The schedule or its time zone cannot be understood; the message says what was expected."""


def serve(
    settings: Settings,
    cron: str,
    timezone: str,
    port: int = UI_PORT,
    say: Callable[[str], None] = print,
) -> int:
    """Keep the server and its schedule until SIGINT or SIGTERM; returns the exit code.

    0 after a signal, 1 when the server does not start or ends by itself, 2 for a schedule that cannot be
    understood. Call it from the main thread, before Prefect is imported. Raises `DeclarationError` for a Dask
    cluster that is chosen but not named.
    """
    check_choice(settings)
    server = ServerChild(settings.data / "prefect", kind="serve", port=port)
    try:
        check_timezone(timezone)
        with signals_as_interrupt(), contextlib.suppress(KeyboardInterrupt):
            serve_until_interrupted(settings, server, cron, timezone, say)
    except ServerError as error:
        print(error.message(settings.lang), file=sys.stderr)
        return 2 if isinstance(error, ScheduleError) else 1
    say(wording.stopped(settings.lang))
    return 0


def serve_until_interrupted(
    settings: Settings, server: ServerChild, cron: str, timezone: str, say: Callable[[str], None]
) -> None:
    """Start the server, keep the schedule, and stop the server whatever happens."""
    try:
        server.start()
        os.environ.update(environment(settings, server))
        if not server.given_url:
            say(wording.waking_line(settings.lang, first=server.is_first()))
        if server.port not in (0, server.wanted_port):
            say(wording.port_taken(server.wanted_port, server.port, settings.lang))
        # What Prefect and the runs' processes print on a signal is for the log.
        with log_file(settings).open("a", encoding="utf-8") as log, contextlib.redirect_stderr(log):
            keep_schedule(settings, server, cron, timezone, say)
    finally:
        server.stop()


def check_timezone(timezone: str) -> None:
    """Refuse a time zone that the system does not know."""
    if timezone not in available_timezones():
        raise ScheduleError(
            f"Zona waktu '{timezone}' tidak dikenal. Contoh yang benar: Asia/Jakarta.",
            f"The time zone '{timezone}' is unknown. A right one: Asia/Jakarta.",
        )


@contextlib.contextmanager
def signals_as_interrupt() -> Iterator[None]:
    """Let SIGTERM and SIGINT (ignored in a shell's background) both end the work as Ctrl-C does."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number in before:
        signal.signal(number, signal.default_int_handler)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def keep_schedule(
    settings: Settings, server: ServerChild, cron: str, timezone: str, say: Callable[[str], None]
) -> None:
    """Register the deployment and run what the schedule asks for, until interrupted."""
    keep_quiet()
    from prefect.runner import Runner

    deployment = nightly_deployment(cron, timezone, settings.lang)
    server.wait_until_healthy()
    # Two nights at once would only wait for each other. The schedule goes on when we start again.
    runner = Runner(name=DEPLOYMENT, limit=1, pause_on_shutdown=False)
    runner.handle_sigterm = interrupt_instead  # type: ignore[method-assign]

    async def work() -> None:
        number = await runner.aadd_deployment(deployment)
        if not server.given_url:
            await close_interrupted(number)
        late = await collapse_late(number, settings.lang)
        if late:
            say(wording.collapsed(late, settings.lang))
        say(wording.serving(server.api_url.removesuffix("/api"), settings.lang))
        await keep_running(runner, server, say_next(number, timezone, settings.lang, say))

    asyncio.run(work())


def nightly_deployment(cron: str, timezone: str, lang: str) -> RunnerDeployment:
    """The deployment `nightly/malam` with its schedule."""
    from prefect.deployments.runner import RunnerDeployment
    from prefect.schedules import Cron
    from prefect.types.entrypoint import EntrypointType

    from flows.nightly import nightly

    try:
        deployment = RunnerDeployment.from_flow(
            nightly,
            name=DEPLOYMENT,
            schedule=Cron(cron, timezone=timezone),
            parameters={"lang": lang},
            paused=False,
            entrypoint_type=EntrypointType.MODULE_PATH,
        )
    except ValueError:
        raise ScheduleError(
            f"Jadwal '{cron}' bukan cron yang benar. Contoh: '0 1 * * *' berarti setiap hari pukul 01.00.",
            f"The schedule '{cron}' is not a valid cron. '0 1 * * *' means every day at 01:00.",
        ) from None
    # Set on purpose: a deployment that once belonged to a work pool is taken back.
    deployment.work_pool_name = deployment.work_queue_name = None
    return deployment


def interrupt_instead(*_: object) -> None:
    """Take SIGTERM as Ctrl-C: Prefect's own handler leaves through `sys.exit` inside its event loop."""
    signal.raise_signal(signal.SIGINT)


async def keep_running(runner: Runner, server: ServerChild, news: Coroutine[None, None, None]) -> None:
    """Run the runner, and `news` beside it; `ServerError` when our server ends under it."""
    running = asyncio.create_task(runner.start())
    watching = asyncio.create_task(watch(server))
    telling = asyncio.create_task(news)
    try:
        done, _ = await asyncio.wait({running, watching}, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in (running, watching, telling):
            task.cancel()
        await asyncio.gather(running, watching, telling, return_exceptions=True)


async def watch(server: ServerChild) -> None:
    """Raise `ServerError` once the server has ended by itself."""
    while server.is_running():  # noqa: ASYNC110 - a process gives no event
        await asyncio.sleep(WATCH_SECONDS)
    raise server.ended()


async def say_next(deployment: UUID, timezone: str, lang: str, say: Callable[[str], None]) -> None:
    """Tell when the next run is, as the server has it; its scheduler needs a few seconds for that."""
    while (when := await next_run(deployment)) is None:  # noqa: ASYNC110 - nor does a remote table
        await asyncio.sleep(WATCH_SECONDS)
    say(wording.next_run(when.astimezone(ZoneInfo(timezone)), timezone, lang))


async def close_interrupted(deployment: UUID) -> None:
    """Mark runs that were under way when we last stopped as crashed: nobody else runs them in our own server."""
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.objects import StateType
    from prefect.states import Crashed

    async with get_client() as client:
        for run in await client.read_flow_runs(**runs_of(deployment, StateType.RUNNING, StateType.PENDING)):
            await client.set_flow_run_state(run.id, Crashed(message="mojoraya serve berhenti"), force=True)


async def collapse_late(deployment: UUID, lang: str) -> int:
    """Cancel every run whose time has passed while nobody served, but the newest; returns how many were.

    One night fetches what all of them would have. Prefect itself would run them one after the other.
    """
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.objects import StateType
    from prefect.client.schemas.sorting import FlowRunSort
    from prefect.states import Cancelled

    asked = runs_of(deployment, StateType.SCHEDULED, before=datetime.now(UTC))
    cancelled = 0
    async with get_client() as client:
        # The server gives a page at a time; those that were cancelled no longer come.
        while len(runs := await client.read_flow_runs(**asked, sort=FlowRunSort.EXPECTED_START_TIME_DESC)) > 1:
            for run in runs[1:]:
                await client.set_flow_run_state(run.id, Cancelled(message=wording.late_run(lang)), force=True)
            cancelled += len(runs) - 1
    return cancelled


def runs_of(
    deployment: UUID, *states: StateType, after: datetime | None = None, before: datetime | None = None
) -> dict[str, Any]:
    """The filters that select the runs of a deployment in some states, expected after or before a time."""
    from prefect.client.schemas import filters

    expected = filters.FlowRunFilterExpectedStartTime(after_=after, before_=before)
    return {
        "deployment_filter": filters.DeploymentFilter(id=filters.DeploymentFilterId(any_=[deployment])),
        "flow_run_filter": filters.FlowRunFilter(
            state=filters.FlowRunFilterState(type=filters.FlowRunFilterStateType(any_=list(states))),
            expected_start_time=expected if after or before else None,
        ),
    }


async def next_run(deployment: UUID) -> datetime | None:
    """The time of the next scheduled run of a deployment, None when the server has none yet."""
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.objects import StateType
    from prefect.client.schemas.sorting import FlowRunSort

    asked = runs_of(deployment, StateType.SCHEDULED, after=datetime.now(UTC))
    async with get_client() as client:
        runs = await client.read_flow_runs(**asked, sort=FlowRunSort.EXPECTED_START_TIME_ASC, limit=1)
    return runs[0].expected_start_time if runs else None
