"""Between joint and publish: the build as it may be published, without small counts and what reveals them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from catalog.contract import AnyContract, RecordsContract
from expectations.verdict import Check, check_id
from transforms.profile import published_profiles
from transforms.suppression_complaints import ComplaintPlan, complaint_plan, published_complaints
from transforms.suppression_plan import Plan, Stay, plan
from transforms.suppression_scheme import Scheme
from warehouse.build import Build, load_rows, table_rows
from warehouse.shelf import ReleaseInfo
from warehouse.suppression import published_build, read_stays

RULE = "small_counts"
COMPLAINTS, PROFILES = "joint.service_complaints", "joint.kelurahan_profile"


@contextmanager
def without_small_counts(
    build: Build,
    contracts: Mapping[str, AnyContract],
    before: ReleaseInfo | None,
    calls: Sequence[Sequence[Mapping[str, Any]]] = (),
) -> Iterator[Build]:
    """What a release may be written from; the build itself where nothing holds a sensitive count.

    `calls` are the rows of joint.service_complaints of every day on which records of calls came, today's last. The
    verdict on the audit goes into meta.check. The writer's own tables keep every figure.
    """
    scheme = Scheme(build.catalog)
    sensitive = {source for source, item in contracts.items() if scheme.indicators.intersection(item.indicators)}
    complaints = complaint_plan(calls, build.catalog)
    holds_figures = bool(scheme.thresholds and sensitive)
    if not (holds_figures or complaints.emptied or complaints.exposed):
        yield build
        return
    stays = read_stays(build) if holds_figures else []
    found = plan(stays, build.catalog) if holds_figures else Plan()
    hidden = len(found.hidden.intersection(stay.key for stay in stays)) + len(complaints.emptied)
    load_rows(build, "meta.check", [vars(verdict(hidden, len(found.exposed) + len(complaints.exposed)))])
    withheld = _unprinted(sensitive, stays) if holds_figures else set[str]()
    withheld |= _call_sources(contracts) if complaints.emptied else set()
    replaced = _published_records(build, complaints, calls) if complaints.emptied else {}
    with published_build(build, found, withheld, before.path if before else None, replaced) as shown:
        yield shown


def _call_sources(contracts: Mapping[str, AnyContract]) -> set[str]:
    """The sources of calls: a message about one of their rows may tell what a hidden count counts."""
    return {name for name, item in contracts.items() if isinstance(item, RecordsContract) and item.record == "call"}


def _published_records(
    build: Build, found: ComplaintPlan, calls: Sequence[Sequence[Mapping[str, Any]]]
) -> dict[str, list[dict[str, Any]]]:
    """The tables made of calls as they may be published."""
    complaints = published_complaints(calls[-1], found)
    profiles = published_profiles(table_rows(build, PROFILES), complaints, build.catalog)
    return {COMPLAINTS: complaints, PROFILES: profiles}


def _unprinted(sensitive: Iterable[str], stays: list[Stay]) -> set[str]:
    """The sources with sensitive figures that do not all stand in somebody's publication already."""
    printed = {stay.source for stay in stays} - {stay.source for stay in stays if not stay.figure.known}
    return set(sensitive) - printed


def verdict(hidden: int, exposed: int) -> Check:
    """How many figures and rows of complaints are hidden, and how many counts can still be worked out; never which."""
    message_id = f"{hidden} angka dirahasiakan; pada audit setiap hitungan kecil tetap tidak dapat disimpulkan."
    message_en = f"{hidden} figures are suppressed; by the audit no small count can be worked out."
    if exposed:
        message_id = (
            f"{hidden} angka dirahasiakan, tetapi {exposed} hitungan kecil masih dapat disimpulkan dari angka yang "
            "sudah terbit di tempat lain atau dalam rilis sebelumnya."
        )
        message_en = (
            f"{hidden} figures are suppressed, but {exposed} small counts can still be worked out from figures that "
            "others or earlier releases have published."
        )
    return Check(
        check_id=check_id(None, None, RULE, None),
        gate="release",
        source=None,
        snapshot=None,
        rule=RULE,
        expectation="",
        indicator=None,
        severity="warning",
        outcome="failed" if exposed else "passed",
        scope="table",
        evaluated=hidden,
        failed=exposed,
        message_id=message_id,
        message_en=message_en,
    )
