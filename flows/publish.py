"""From judged snapshots to a release: fold, joint values, tables about the run, write, verify, flip."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import pyarrow.compute as pc

from catalog.contract import Contract, RecordsContract
from catalog.load import Catalog, load_catalog
from catalog.settings import Settings
from expectations.identity import judge_identities
from expectations.joint import judge_joint
from expectations.standing import judge_standing
from expectations.verdict import Check, refusal
from flows.about import load_meta
from flows.declared import load_contracts, remember_contracts
from flows.disclosure import without_small_counts
from flows.editions import Standing, editions, quarantined_keys
from flows.extras import extras_of
from flows.feedback import write_feedback
from flows.freshness import attempts
from flows.outcome import FetchOutcome, NightOutcome, ReadOutcome
from flows.page import cache_of
from flows.record_tables import complaint_days, load_record_tables
from flows.rollback import instead_of_withdrawn, standing_decision
from flows.shards import compared, shards_of
from flows.stages import inputs_digest, judge_source
from flows.summary import night_outcome
from flows.unused import remove_unused
from flows.wording import nothing_published
from transforms.joint_frames import joint_tables
from transforms.joint_history import Moment, concerned, history
from transforms.joint_places import roles
from transforms.peers import peer_rows
from transforms.targets import target_rows
from transforms.tidy import to_pandas
from transforms.values import Source
from warehouse.build import (
    Build,
    current_observations,
    in_force_on,
    load_editions,
    load_joint,
    load_sources,
    load_standing,
    lone_indicators,
    observations_of,
    open_build,
    vintages,
)
from warehouse.records import load_records
from warehouse.release import write_release
from warehouse.shard import Shard
from warehouse.shelf import current_release, prune_releases


def publish_release(settings: Settings, fetched: list[FetchOutcome], read: list[ReadOutcome]) -> NightOutcome:
    """Build the warehouse from every source's accepted snapshots and publish it as a release."""
    catalog = load_catalog(settings.catalog)
    extras = extras_of(catalog, settings.boundaries, cache_of(settings))
    contracts, _ = load_contracts(settings)
    if not contracts:
        return nothing_published(
            f"Tidak ada kontrak yang terbaca di folder {settings.sources}; periksa setelan MOJORAYA_SOURCES.",
            f"No contract can be read in the folder {settings.sources}; look at the setting MOJORAYA_SOURCES.",
        )
    judged = {source: judge_source(settings, item) for source, item in contracts.items()}
    declared = {source: item.contract for source, item in contracts.items()}
    figures = {source: item for source, item in declared.items() if isinstance(item, Contract)}
    records = {source: item for source, item in declared.items() if isinstance(item, RecordsContract)}
    found = {source: editions(judged[source], item) for source, item in figures.items()}
    if not any(found.values()):
        return nothing_published(
            "Tidak ada satu pun sumber yang dapat diterima; lihat pesan di atas.",
            "Not one source could be accepted; see the messages above.",
        )
    before, chosen = current_release(settings.data), standing_decision(settings)
    shards = shards_of(settings.data, found, figures, catalog)
    with open_build(settings.data / "warehouse.duckdb", catalog) as build:
        load_sources(build, declared.values())
        load_editions(build, [item for items in found.values() for item in items], shards)
        lists = {source: editions(judged[source], item) for source, item in records.items()}
        record_of = {source: item.record for source, item in records.items()}
        load_records(build, lists, record_of, {source: item.precedence for source, item in records.items()})
        checks = load_joint_tables(build, catalog, figures, {source: judged[source] for source in figures}, shards)
        checks += load_record_tables(build, catalog, records, judged)
        stop = refusal(checks)
        if stop is not None:
            return nothing_published(stop.message_id, stop.message_en)
        load_meta(build, settings, declared, judged, checks, before, attempts(settings, fetched))
        calls = complaint_days(build, catalog, lists, record_of)
        with without_small_counts(build, declared, before, calls) as shown:
            release = write_release(
                shown,
                settings.data,
                built_at=datetime.now(UTC),
                inputs={"digest": inputs_digest(settings)},
                extras=extras,
                instead=instead_of_withdrawn(settings),
                shards=shards,
            )
    remember_contracts(settings)
    write_feedback(settings.data, declared, judged)
    remove_unused(settings.data, judged, shards)
    prune_releases(settings.data, settings.keep_releases, datetime.now(UTC), keep_monthly=settings.keep_monthly)
    # An operator may have withdrawn what was made; then another one stands.
    stands = current_release(settings.data) or release
    changed = before is None or before.id != stands.id
    return night_outcome(settings, stands, fetched, read, changed=changed, chosen=chosen)


def load_joint_tables(
    build: Build,
    catalog: Catalog,
    contracts: Mapping[str, Contract],
    judged: Standing,
    shards: Sequence[Shard] = (),
) -> list[Check]:
    """Joint values as of every day on which anything was learnt, and the verdicts on them.

    An indicator that stands in one shard alone, and of which no identity by name speaks, was held against the others
    when the shard was made.
    """
    waiting, sources = quarantined_keys(judged), joint_sources(contracts)
    moments: list[Moment] = []
    stays = observations_of(build, roles(catalog))
    for day, changed in vintages(build.con).items():
        names = concerned(changed, catalog) if moments else set(catalog.indicators)
        seen = in_force_on(stays, day, names)
        held = waiting[waiting["indicator"].isin(names)]
        moments.append(Moment(day, joint_tables(seen, held, catalog, sources, day), names))
    values, inputs = history(moments)
    load_joint(build, values, inputs)
    now = values.filter(pc.field("superseded_at").is_null()).to_pandas()
    targets, peers = target_rows(now, catalog), peer_rows(now, catalog)
    load_standing(build, targets, peers)
    families = {source: contract.compilation for source, contract in contracts.items()}
    named = {name for item in catalog.identities for name in item.needs}
    apart = set(lone_indicators(build.con, [shard.source for shard in shards])) - named
    together = to_pandas(current_observations(build.con, set(catalog.indicators) - apart))
    return [
        *judge_joint(now, catalog),
        *judge_standing(targets, peers, catalog),
        *judge_identities(together, catalog, families, now, compared(shards, apart, catalog)),
    ]


def joint_sources(contracts: Mapping[str, Contract]) -> dict[str, Source]:
    """What the contract of each source says of all its figures."""
    return {
        source: Source(contract.compilation, contract.evidence, contract.synthetic, contract.precedence)
        for source, contract in contracts.items()
    }
