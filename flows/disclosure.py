"""Between joint and publish: the build as it may be published, without small counts and what reveals them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager

from catalog.contract import AnyContract
from expectations.verdict import Check, check_id
from transforms.additive import Key
from transforms.suppression_plan import Plan, Stay, plan
from transforms.suppression_scheme import Scheme
from warehouse.build import Build, load_rows
from warehouse.shelf import ReleaseInfo
from warehouse.suppression import published_build, read_stays

RULE = "small_counts"


@contextmanager
def without_small_counts(
    build: Build, contracts: Mapping[str, AnyContract], before: ReleaseInfo | None
) -> Iterator[Build]:
    """What a release may be written from; the build itself where no contract holds a sensitive count.

    The verdict on the audit goes into meta.check. The writer's own tables keep every figure.
    """
    scheme = Scheme(build.catalog)
    sensitive = {source for source, item in contracts.items() if scheme.indicators.intersection(item.indicators)}
    if not (scheme.thresholds and sensitive):
        yield build
        return
    stays = read_stays(build)
    found = plan(stays, build.catalog)
    load_rows(build, "meta.check", [vars(verdict(found, {stay.key for stay in stays}))])
    with published_build(build, found, _unprinted(sensitive, stays), before.path if before else None) as shown:
        yield shown


def _unprinted(sensitive: Iterable[str], stays: list[Stay]) -> set[str]:
    """The sources with sensitive figures that do not all stand in somebody's publication already."""
    printed = {stay.source for stay in stays} - {stay.source for stay in stays if not stay.figure.known}
    return set(sensitive) - printed


def verdict(found: Plan, keys: Collection[Key]) -> Check:
    """How many of the figures at `keys` are hidden, and whether a count can still be worked out; never which."""
    hidden, exposed = len(found.hidden.intersection(keys)), len(found.exposed)
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
