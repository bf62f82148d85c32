"""The measures that can be explained, and which table each belongs to."""

from __future__ import annotations

from collections.abc import Callable

from warehouse.book import Book, Key
from warehouse.measures import Figure, joint_value, sector_measure
from warehouse.standing_measures import PEERS, TARGETS, peer_measure, target_measure

SECTORS = ("share", "growth", "contribution")
MEASURES: dict[str, Callable[[Book, Key, str], Figure | None]] = {
    "value": joint_value,
    **dict.fromkeys(SECTORS, sector_measure),
    **dict.fromkeys(TARGETS, target_measure),
    **dict.fromkeys(PEERS, peer_measure),
}
