"""From judged snapshots to a release: fold, joint values, tables about the run, write, verify, flip."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
from dashboard.page import render
from warehouse.build import (
    Build,
    current_observations,
    load_changes,
    load_editions,
    load_joint,
    load_rows,
    load_sources,
    open_build,
    vintages,
)
from warehouse.release import write_release
from warehouse.shelf import ReleaseInfo, current_release, prune_releases

from catalog.contract import Contract
from catalog.load import Catalog, load_catalog
from catalog.settings import Settings
from expectations.joint import judge_joint
from expectations.verdict import Check, RowFailure, failures_from_arrow, refusal
from flows import ledger
from flows.declared import load_contracts
from flows.outcome import FetchOutcome, NightOutcome, ReadOutcome
from flows.stages import inputs_digest, judge_source
from flows.staging import Judged
from flows.summary import night_outcome
from flows.wording import nothing_published
from transforms.joint import joint_values
from transforms.joint_frames import history
from transforms.precedence import choose
from transforms.tidy import to_pandas
from transforms.values import Value
from warehouse.fold import Edition

Standing = dict[str, list[Judged]]


def publish_release(settings: Settings, fetched: list[FetchOutcome], read: list[ReadOutcome]) -> NightOutcome:
    """Build the warehouse from every source's accepted snapshots and publish it as a release."""
    catalog = load_catalog(settings.catalog)
    contracts, _ = load_contracts(settings)
    judged = {source: judge_source(settings, item) for source, item in contracts.items()}
    declared = {source: item.contract for source, item in contracts.items()}
    found = [edition for source, items in judged.items() for edition in editions(items, declared[source])]
    if not found:
        return nothing_published(
            "Tidak ada satu pun sumber yang dapat diterima; lihat pesan di atas.",
            "Not one source could be accepted; see the messages above.",
        )
    before = current_release(settings.data)
    with open_build(settings.data / "warehouse.duckdb", catalog) as build:
        load_sources(build, declared.values())
        load_editions(build, found)
        checks = load_joint_tables(build, catalog, declared, judged)
        stop = refusal(checks)
        if stop is not None:
            return nothing_published(stop.message_id, stop.message_en)
        load_meta(build, settings, declared, judged, checks, before)
        release = write_release(
            build,
            settings.data,
            built_at=datetime.now(UTC),
            inputs={"digest": inputs_digest(settings)},
            extras={"index.html": render},
        )
    prune_releases(settings.data, settings.keep_releases, datetime.now(UTC))
    changed = before is None or before.id != release.id
    return night_outcome(settings, release, fetched, read, changed=changed)


def editions(judged: Iterable[Judged], contract: Contract) -> list[Edition]:
    """The accepted snapshots of a source as the fold takes them.

    The last statement about a snapshot's date of publication wins. A re-issue under an unchanged stated date
    was not known before it was first seen, so its vintage is that day.
    """
    accepted = [item for item in judged if item.refused is None]
    stated = {item.entry.sha256: item.entry.published for item in judged}
    found: list[Edition] = []
    taken: dict[date, str] = {}
    for item in accepted:
        if found and found[-1].snapshot == item.entry.sha256:
            continue  # the same bytes again, after a file in between was refused: nothing new was learnt
        published = stated[item.entry.sha256]
        reissue = published is not None and taken.get(published, item.entry.sha256) != item.entry.sha256
        if published is not None:
            taken.setdefault(published, item.entry.sha256)
        vintage = item.entry.first_seen if published is None or reissue else published
        found.append(_edition(item, contract, published, vintage))
    return found


def _edition(item: Judged, contract: Contract, published: date | None, vintage: date) -> Edition:
    return Edition(
        source=contract.id,
        snapshot=item.entry.sha256,
        tidy=item.folder / "tidy.parquet",
        failures=item.folder / "failures.parquet",
        position=item.position,
        first_seen=item.entry.first_seen,
        published=published,
        vintage=vintage,
        replaces=contract.edition == "replaces",
        has_quarantine=item.quarantined > 0,
        file=contract.connector.path,
        publication=contract.publication,
        evidence=contract.evidence,
        synthetic=contract.synthetic,
        bytes=item.entry.bytes,
    )


def load_joint_tables(
    build: Build, catalog: Catalog, contracts: Mapping[str, Contract], judged: Standing
) -> list[Check]:
    """Joint values as of every day on which anything was learnt, and the verdicts on them."""
    waiting = quarantined_keys(judged)
    moments = [
        (day, joint_of(to_pandas(current_observations(build.con, day)), catalog, contracts, waiting, day))
        for day in vintages(build.con)
    ]
    values, inputs = history(moments, catalog)
    load_joint(build, values, inputs)
    return judge_joint(values[values["superseded_at"].isna()].reset_index(drop=True), catalog)


def joint_of(
    observations: pd.DataFrame,
    catalog: Catalog,
    contracts: Mapping[str, Contract],
    waiting: pd.DataFrame,
    day: date,
) -> list[Value]:
    """Joint values of one moment: what was known on `day`, after precedence."""
    ranks = {source: contract.precedence for source, contract in contracts.items()}
    families = {source: contract.compilation for source, contract in contracts.items()}
    choice = choose(observations, catalog, ranks)
    gaps = [
        *gap_values(choice.passed_over, "not_in_preferred_source", contracts, day),
        *gap_values(waiting, "quarantined", contracts, day),
    ]
    return joint_values(choice.used, catalog, families, gaps)


def gap_values(frame: pd.DataFrame, reason: str, contracts: Mapping[str, Contract], day: date) -> Iterable[Value]:
    """Keys that exist in some file but may not be used, as empty values with the reason."""
    rows: Iterable[Any] = frame.itertuples(index=False)
    for row in rows:
        contract = contracts[row.source]
        yield Value(
            indicator=row.indicator,
            region=row.region_code,
            year=int(row.year),
            breakdown=row.breakdown,
            value=None,
            low=None,
            high=None,
            status="M",
            method="",
            exactness="",
            coverage="0/1",
            source=row.source,
            family=contract.compilation,
            evidence=contract.evidence,
            synthetic=contract.synthetic,
            vintage=day,
            null_reason=reason,
        )


def quarantined_keys(judged: Standing) -> pd.DataFrame:
    """The keys that wait in quarantine in the editions in force, as far as they can be read at all."""
    columns = ["indicator", "region_code", "year", "breakdown", "source"]
    frames = []
    for source, items in judged.items():
        last = in_force(items)
        if last is not None and last.quarantined:
            held = {item.row_id for item in failures_of(last) if item.severity == "critical"}
            tidy = to_pandas(pq.read_table(last.folder / "tidy.parquet"))
            frames.append(tidy[tidy["row_id"].isin(held)].assign(source=source)[columns].dropna())
    return pd.concat(frames) if frames else pd.DataFrame(columns=columns)


def in_force(items: Iterable[Judged]) -> Judged | None:
    """The last accepted snapshot of a source."""
    return next((item for item in reversed(list(items)) if item.refused is None), None)


def failures_of(item: Judged) -> list[RowFailure]:
    """The row failures of a staged snapshot; none when it could not be read at all."""
    path = item.folder / "failures.parquet"
    return failures_from_arrow(pq.read_table(path)) if path.is_file() else []


def load_meta(
    build: Build,
    settings: Settings,
    contracts: Mapping[str, Contract],
    judged: Standing,
    joint_checks: list[Check],
    before: ReleaseInfo | None,
) -> None:
    """The tables about the release: verdicts, quarantine, freshness, changes, earlier nights."""
    shown = {source: _shown(items) for source, items in judged.items()}
    checks = [check for items in shown.values() for item in items for check in item.checks]
    load_rows(build, "meta.check", [vars(check) for check in _once([*checks, *joint_checks])])
    load_rows(build, "meta.quarantine", _once_rows(quarantine_rows(shown, contracts)))
    load_rows(build, "meta.freshness", [freshness_row(items, contracts[name]) for name, items in judged.items()])
    load_changes(build, before.path if before else None)
    load_rows(build, "meta.run", [run_row(line) for line in ledger.runs(settings)])


def _shown(items: list[Judged]) -> list[Judged]:
    """The edition in force and, where it was refused, the newest one."""
    last = in_force(items)
    newest = items[-1] if items else None
    return [item for item in (last, newest if newest is not last else None) if item is not None]


def _once(checks: Iterable[Check]) -> list[Check]:
    return list({check.check_id: check for check in checks}.values())


def _once_rows(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return list({tuple(row.values()): row for row in rows}.values())


def quarantine_rows(shown: Standing, contracts: Mapping[str, Contract]) -> Iterable[dict[str, Any]]:
    """One row per figure held back, with its place and what to do."""
    for source, items in shown.items():
        for item in items:
            for failure in failures_of(item):
                if failure.severity == "critical":
                    yield {
                        "source": source,
                        "snapshot": item.entry.sha256,
                        "file": contracts[source].connector.path,
                        **vars(failure),
                    }


def freshness_row(items: list[Judged], contract: Contract) -> dict[str, Any]:
    """The state of one source as far as its files tell; reachability is the ledger's."""
    last = in_force(items)
    newest = items[-1] if items else None
    refused = newest if newest is not None and newest.refused is not None else None
    why = refused.refused if refused else None
    state = "refused" if refused else ("bundled" if contract.bundled else "current")
    vintage = editions(items, contract)[-1].vintage if last else None
    return {
        "source": contract.id,
        "state": state if items else "not_run",
        "bundled": contract.bundled,
        "snapshot": last.entry.sha256 if last else None,
        "first_seen": last.entry.first_seen if last else None,
        "vintage": vintage,
        "last_year": _last_year(last) if last else None,
        "refused_snapshot": refused.entry.sha256 if refused else None,
        "refused_first_seen": refused.entry.first_seen if refused else None,
        "reason_id": why.message_id if why else None,
        "reason_en": why.message_en if why else None,
    }


def _last_year(item: Judged) -> int | None:
    years = pq.read_table(item.folder / "tidy.parquet", columns=["year"])["year"].drop_null()
    return max((int(year) for year in years.to_pylist()), default=None)


def run_row(line: Mapping[str, Any]) -> dict[str, Any]:
    """One line of the ledger as a row of meta.run; times become UTC without a zone."""
    times = {
        name: datetime.fromisoformat(line[name]).astimezone(UTC).replace(tzinfo=None)
        for name in ("started_at", "finished_at")
    }
    kept = {name: line.get(name) for name in ("exit_code", "changed", "sources", "accepted", "quarantined")}
    return {**times, **kept, "release_id": line.get("release")}
