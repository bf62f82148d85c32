"""Publications that are overdue: a source whose newest edition is older than its declared rhythm allows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from catalog.settings import Settings
from catalog.strict import Bilingual
from flows.declared import load_contracts
from sources.store import SnapshotStore

# Days between editions, and how many more a publisher may take before somebody is told.
RHYTHMS = {"daily": (1, 2), "weekly": (7, 3), "monthly": (31, 10), "quarterly": (92, 21), "yearly": (366, 45)}


@dataclass(frozen=True)
class Overdue:
    """A source whose next edition was expected on `due`; `last` is the day on which its newest one was first seen."""

    source: str
    title: Bilingual
    publisher: str
    last: date
    due: date


def overdue(settings: Settings, today: date) -> Iterator[Overdue]:
    """The sources that are past their rhythm and its days of grace, by name; one that never came is none of them.

    Counted from the day on which the newest kept edition was first seen, whether or not its figures were accepted:
    what a publisher sent is told elsewhere.
    """
    seen: dict[str, date] = {}
    for entry in SnapshotStore(settings.data).entries():
        seen[entry.source] = max(entry.first_seen, seen.get(entry.source, entry.first_seen))
    contracts, _ = load_contracts(settings)
    for source, item in sorted(contracts.items()):
        contract = item.contract
        if contract.rhythm is None or source not in seen:
            continue
        days, grace = RHYTHMS[contract.rhythm]
        due = seen[source] + timedelta(days=days)
        if today > due + timedelta(days=grace):
            yield Overdue(source, contract.title, contract.publisher, seen[source], due)
