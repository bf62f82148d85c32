"""Going back to an earlier release, and staying there until the inputs give another one.

A release is a function of the log, so the next night would make the withdrawn one again and put it back. The decision
is therefore logged, with its reason: what gives the withdrawn release again leaves the chosen one in force, and says
so every night; another content becomes current as ever.
"""

from __future__ import annotations

from collections.abc import Iterable

from catalog.settings import Settings
from catalog.strict import Bilingual, ToldError
from flows.lock import night_lock
from flows.stages import today
from sources.store import Rollback, SnapshotStore
from warehouse.shelf import ReleaseInfo, ReleaseMissing, current_release, flip, read_release, releases_folder
from warehouse.verify import verify_release


class RollbackRefused(ToldError, ValueError):
    """There is nothing to go back to, or it is not whole; `message` says which."""


def roll_back(settings: Settings, release_id: str | None, reason: str) -> Rollback:
    """Make an earlier release current (the current one's parent by default), log why, and return the decision.

    Raises `RollbackRefused`, and `flows.lock.NightInProgress` while a night runs.
    """
    with night_lock(settings.data):
        current = current_release(settings.data)
        chosen = _chosen(settings, current, release_id)
        decision = Rollback(chosen.id, current.id if current else "", reason, today(settings))
        # Logged first: a crash between the two is healed by the next night, which reads the log.
        SnapshotStore(settings.data).accept(decision)
        flip(settings.data, chosen.id)
    return decision


def _chosen(settings: Settings, current: ReleaseInfo | None, release_id: str | None) -> ReleaseInfo:
    wanted = release_id or (current.parent if current else None)
    if wanted is None:
        raise RollbackRefused(
            Bilingual(
                id="Tidak ada rilis sebelumnya. Lihat: mojoraya releases",
                en="There is no earlier release. See: mojoraya releases",
            )
        )
    if current is not None and wanted == current.id:
        raise RollbackRefused(
            Bilingual(id=f"Rilis {wanted} sudah berlaku.", en=f"The release {wanted} is in force already.")
        )
    directory = releases_folder(settings.data) / wanted
    try:
        chosen = read_release(directory)
    except ReleaseMissing:
        raise RollbackRefused(
            Bilingual(
                id=f"Rilis {wanted} tidak ada. Lihat: mojoraya releases",
                en=f"There is no release {wanted}. See: mojoraya releases",
            )
        ) from None
    faults = verify_release(directory)
    if faults:
        raise RollbackRefused(
            Bilingual(
                id=f"Rilis {wanted} tidak utuh ({faults[0]}); rilis yang berlaku tidak diganti.",
                en=f"The release {wanted} is not whole ({faults[0]}); the release in force stays.",
            )
        )
    return chosen


def withdrawn(decisions: Iterable[Rollback]) -> dict[str, Rollback]:
    """By the id of each release that is withdrawn, the decision that stands; choosing a release lifts its own."""
    found: dict[str, Rollback] = {}
    for decision in decisions:
        found.pop(decision.release, None)
        if decision.instead_of:
            found[decision.instead_of] = decision
    return found


def instead_of_withdrawn(settings: Settings) -> dict[str, str]:
    """By the id of each withdrawn release, the one that stands in its place; a chain is followed to its end."""
    decisions = withdrawn(SnapshotStore(settings.data).rollbacks())
    found = {}
    for release_id, decision in decisions.items():
        chosen, seen = decision.release, {release_id}
        while chosen in decisions and chosen not in seen:
            seen.add(chosen)
            chosen = decisions[chosen].release
        found[release_id] = chosen
    return found


def standing_decision(settings: Settings) -> Rollback | None:
    """The decision by which the current release is current, if an operator chose it over another."""
    current = current_release(settings.data)
    decisions = withdrawn(SnapshotStore(settings.data).rollbacks()).values()
    return next((item for item in decisions if current is not None and item.release == current.id), None)


def as_replaced(decision: Rollback, stands: str) -> Bilingual:
    """What the operator is told on the night that ends a choice: new files, or a new version, gave another content."""
    return Bilingual(
        id=f"Rilis {decision.release}, yang dipilih pada {decision.decided} ({decision.reason}), diganti {stands}, "
        f"karena isinya lain dari {decision.instead_of}. Bila masih salah: mojoraya rollback {decision.release} "
        "--reason ...",
        en=f"The release {decision.release}, chosen on {decision.decided} ({decision.reason}), gave way to {stands}, "
        f"whose content is not that of {decision.instead_of}. If it is still wrong: "
        f"mojoraya rollback {decision.release} --reason ...",
    )


def as_problem(decision: Rollback) -> Bilingual:
    """What the operator is told every night while an earlier release stands by decision."""
    return Bilingual(
        id=f"Rilis {decision.instead_of} ditarik pada {decision.decided} ({decision.reason}); rilis {decision.release} "
        f"yang berlaku. Membatalkannya: mojoraya rollback {decision.instead_of} --reason ...",
        en=f"The release {decision.instead_of} was withdrawn on {decision.decided} ({decision.reason}); "
        f"{decision.release} stands. To undo it: mojoraya rollback {decision.instead_of} --reason ...",
    )
