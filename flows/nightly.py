"""The Prefect flow `nightly`: the stages of a night as tasks, so that each is retried and reported alone.

It decides what runs, in which order and what is retried; it holds no statistics. One source's failure never
stops another's. Import it only after the environment of `flows.server` is set: Prefect reads it on import.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar, cast
from zoneinfo import ZoneInfo

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.context import FlowRunContext
from prefect.futures import PrefectFuture, as_completed
from prefect.states import Completed, Failed
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner
from prefect.tasks import Task, exponential_backoff

from catalog.settings import Settings, load_settings
from catalog.strict import DeclarationError
from flows import ledger, notify, stages, wording
from flows.cluster import Cluster, on_cluster
from flows.cluster_words import ClusterFault, note
from flows.context import NIGHT, Night
from flows.layout import LayoutTooNew
from flows.lock import NightInProgress, night_lock
from flows.mirror_night import after_night
from flows.outcome import FetchOutcome, NightOutcome, ReadOutcome
from flows.readers import Readers
from flows.reading import read_ahead, unread
from flows.secrets import ask_block
from sources.connectors import TransientFailure

RETRIES = 3
# Fetching waits on publishers, so a few more workers than cores.
RUNNER = cast("TaskRunner[PrefectFuture[Any]]", ThreadPoolTaskRunner(max_workers=4))
ARTIFACT = "ringkasan-malam"

Outcome = TypeVar("Outcome", FetchOutcome, ReadOutcome)


def may_recover(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    """Whether a failed fetch is worth another try: only when the connector called it transient."""
    return isinstance(state.result(raise_on_failure=False), TransientFailure)


@task(
    task_run_name="ambil {source}",
    retries=RETRIES,
    retry_delay_seconds=exponential_backoff(backoff_factor=3),
    retry_jitter_factor=0.5,
    retry_condition_fn=may_recover,
    cache_policy=NO_CACHE,
    persist_result=False,
)
def fetch(settings: Settings, source: str) -> FetchOutcome:
    """Fetch one source; tried again only after a transient failure."""
    return stages.fetch_source(settings, source)


@task(task_run_name="baca {source}", cache_policy=NO_CACHE, persist_result=False)
def read(settings: Settings, source: str, readers: Readers | None = None) -> ReadOutcome:
    """Read one source by its contract and judge its rows; a process of `readers` does the work, where there are any."""
    if readers is not None:
        readers.read(settings, source)
    return stages.read_source(settings, source)


@task(task_run_name="baca {source}", cache_policy=NO_CACHE, persist_result=False)
def read_on(cluster: Cluster, source: str) -> ReadOutcome:
    """Let a worker of a Dask cluster read one source."""
    return cluster.read(source, stages.read_source)


@task(task_run_name="terbitkan", cache_policy=NO_CACHE, persist_result=False)
def publish(settings: Settings, fetched: list[FetchOutcome], read: list[ReadOutcome]) -> NightOutcome:
    """Fold, joint tables, release, flip."""
    return stages.publish(settings, fetched, read)


def flow_run_name() -> str:
    """The name of a run: `malam 2026-03-01`, the date in the time zone of the settings."""
    night = NIGHT.get()
    settings = night.settings if night else load_settings()
    return f"malam {datetime.now(ZoneInfo(settings.timezone)):%Y-%m-%d}"


@flow(
    name="nightly",
    description="Satu malam: ambil, baca, terbitkan. One night: fetch, read, publish.",
    flow_run_name=flow_run_name,
    task_runner=RUNNER,
    persist_result=False,
)
def nightly(lang: str = "id") -> State[Any]:
    """Run one night; the state of the flow run says how it ended, `Night.outcome` says it in full."""
    night = NIGHT.get() or scheduled_night(lang)
    logger = get_run_logger()
    begun = covering_night(night)
    if begun is not None:
        return joined(night, begun)
    try:
        with night_lock(night.settings.data):
            night.outcome = run_stages(night)
    except LayoutTooNew as error:
        night.outcome = wording.not_ours(error, night.settings.lang, night.report)
        return final_state(night.outcome, night.settings.lang)
    except NightInProgress as error:
        return ended(night, wording.nothing_published(error.message.id, error.message.en))
    except (ClusterFault, DeclarationError) as error:
        night.outcome = wording.nothing_published(error.message.id, error.message.en)
        night.report(wording.publish_line(night.outcome, night.settings.lang))
    except Exception as error:
        logger.exception("The night broke off")
        night.outcome = wording.night_broke(error)
    # Without the lock: a slow line must not keep the next night waiting.
    night.outcome = after_night(night.settings, night.outcome, night.report)
    notify.tell_or_say(night.settings, night.outcome, datetime.now(UTC), night.report, ask_block)
    return ended(night, night.outcome)


def covering_night(night: Night) -> datetime | None:
    """When a night began that makes this one needless: the schedule wanted this one before that one began."""
    context = FlowRunContext.get()
    run = context.flow_run if context else None
    if night.trigger != "schedule" or run is None or run.expected_start_time is None:
        return None
    return ledger.night_since(night.settings, run.expected_start_time)


def joined(night: Night, begun: datetime) -> State[Any]:
    """End at once, without a line in the ledger: the night begun at `begun` has done this one's work."""
    lang, zone = night.settings.lang, ZoneInfo(night.settings.timezone)
    why = wording.covered(begun.astimezone(zone), lang)
    night.report(f"{'night' if lang == 'en' else 'malam':<8}{why}")
    return Completed(name="Joined" if lang == "en" else "Digabung", message=why)


def ended(night: Night, outcome: NightOutcome) -> State[Any]:
    """Enter a night in the ledger, leave its summary, and give the state of the flow run."""
    night.outcome = outcome
    ledger.append_or_say(night.settings, outcome, night.started, night.trigger, night.report)
    leave_artifact(outcome, night.settings.lang)
    return final_state(outcome, night.settings.lang)


def run_stages(night: Night) -> NightOutcome:
    """Fetch all sources, read them when there is anything new, publish; report each step."""
    settings, lang = night.settings, night.settings.lang
    if night.readers is not None:
        from flows.page import prepare_page

        # Three seconds the first time, while this process waits for publishers.
        night.readers.also(prepare_page, settings)
    fetched = []
    running = {fetch.submit(settings, name): name for name in stages.list_sources(settings)}
    for source, future in done(running):
        fetched.append(settle_fetch(source, future))
        night.report(wording.fetch_line(fetched[-1], lang))
        if night.readers is not None and settings.task_runner != "dask":
            night.readers.begin(settings, source)
    fetched.sort(key=lambda outcome: outcome.source)
    outcome = read_and_publish(night, fetched) if stages.needs_work(settings) else None
    outcome = replace(outcome or stages.unchanged_night(settings, fetched), fetched=tuple(fetched))
    night.report(wording.publish_line(outcome, lang))
    return outcome


def read_and_publish(night: Night, fetched: list[FetchOutcome]) -> NightOutcome:
    """Read every source that was listed, whether or not it could be fetched, and publish what stands."""
    settings = night.settings
    names = [outcome.source for outcome in fetched]
    judged = []
    for source, future in read_by_cluster(night, names) if settings.task_runner == "dask" else read_here(night, names):
        judged.append(settle_read(source, future))
        night.report(wording.read_line(judged[-1], settings.lang))
    return publish(settings, fetched, sorted(judged, key=lambda outcome: outcome.source))


def read_here(night: Night, names: list[str]) -> Iterator[tuple[str, PrefectFuture[ReadOutcome]]]:
    """Read all sources on this machine."""
    waiting = unread(night.settings, names)
    if read_ahead(night.settings, waiting, night.report, readers=night.readers):
        waiting = {}
    yield from done(
        {read.submit(night.settings, name, night.readers if name in waiting else None): name for name in names}
    )


def read_by_cluster(night: Night, names: list[str]) -> Iterator[tuple[str, PrefectFuture[ReadOutcome]]]:
    """Read all sources on the Dask cluster of the settings; what it leaves undone is read here, and that is said."""
    with on_cluster(night.settings) as cluster:
        # These threads only wait for workers.
        threads = cast("TaskRunner[PrefectFuture[Any]]", ThreadPoolTaskRunner(max_workers=cluster.width))
        yield from waited_for(night, cluster, threads, names)


def waited_for(
    night: Night, cluster: Cluster, threads: TaskRunner[PrefectFuture[Any]], names: list[str]
) -> Iterator[tuple[str, PrefectFuture[ReadOutcome]]]:
    """Every source as the cluster, or this machine in its stead, is done with it."""
    said: set[str] = set()
    with threads as waiting:
        running = {waiting.submit(read_on, {"cluster": cluster, "source": name}): name for name in names}
        for future in as_completed(list(running)):
            why = cluster.told.get(running[future])
            if why is not None and why.en not in said:
                said.add(why.en)
                night.report(note(why, night.settings.lang))
            yield running[future], future


def done(running: Mapping[PrefectFuture[Outcome], str]) -> Iterator[tuple[str, PrefectFuture[Outcome]]]:
    """What runs for each source, as it is done: a slow one holds up no news."""
    for future in as_completed(list(running)):
        yield running[future], future


def settle_fetch(source: str, future: PrefectFuture[FetchOutcome]) -> FetchOutcome:
    """Wait for one fetch; a failure becomes an outcome with a sentence."""
    result: FetchOutcome | BaseException = future.result(raise_on_failure=False)
    if isinstance(result, FetchOutcome):
        return result
    if isinstance(result, TransientFailure):
        return wording.unreachable(source, result.message, RETRIES + 1)
    get_run_logger().error("Fetching %s broke off", source, exc_info=result)
    return wording.fetch_broke(source, result)


def settle_read(source: str, future: PrefectFuture[ReadOutcome]) -> ReadOutcome:
    """Wait for one read; a failure becomes an outcome with a sentence."""
    result: ReadOutcome | BaseException = future.result(raise_on_failure=False)
    if isinstance(result, ReadOutcome):
        return result
    get_run_logger().error("Reading %s broke off", source, exc_info=result)
    return wording.read_broke(source, result)


def scheduled_night(lang: str) -> Night:
    """A night that a schedule or a worker started: settings from the environment, progress to its output."""
    context = FlowRunContext.get()
    run = context.flow_run if context else None
    trigger = "schedule" if run is not None and run.auto_scheduled else "deployment"
    settings, started = load_settings(lang=lang), datetime.now(UTC)
    night = Night(settings, lambda line: print(line, flush=True), trigger, started)
    night.report(wording.night_line(started.astimezone(ZoneInfo(settings.timezone)), lang))
    return night


def leave_artifact(outcome: NightOutcome, lang: str) -> None:
    """Leave the summary in the Prefect server; a server that refuses it does not spoil the night."""
    logger = get_run_logger()
    title = "The night in short" if lang == "en" else "Ringkasan malam"
    try:
        create_markdown_artifact(
            key=ARTIFACT, markdown=f"# {title}\n\n```\n{outcome.summary(lang)}\n```\n", description=title
        )
    except Exception:
        logger.exception("The summary artifact was not kept")


def final_state(outcome: NightOutcome, lang: str) -> State[Any]:
    """Failed when nothing was published; completed by a name that shows what needs attention otherwise."""
    message = (outcome.summary(lang).strip().splitlines() or [""])[0]
    if outcome.exit_code == 1:
        return Failed(message=message)
    if outcome.exit_code == 0:
        return Completed(message=message)
    return Completed(name="Needs attention" if lang == "en" else "Perlu perhatian", message=message)
