"""The measures that can be explained, and which table each belongs to."""

from __future__ import annotations

from collections.abc import Callable

from catalog.strict import Bilingual
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

_OF_RECORDS = Bilingual(
    id="isinya bukan angka indikator; berasal dari catatan kantor, yang hanya ada di gudang data penulis. Setiap "
    "barisnya memuat sumber, bidang, batas, dan alasannya sendiri: mojoraya sql",
    en="it holds no figures of indicators; it is made of an office's records, which stand in the writer's warehouse "
    "only. Every row carries its own source, fields, bands and reasons: mojoraya sql",
)
# Joint tables that are not explained figure by figure, and why.
UNEXPLAINED = dict.fromkeys(
    (
        "kelurahan_evaluation", "kelurahan_evaluation_count", "programme_delivery", "facility_coverage",
        "service_complaints", "kelurahan_profile",
    ),
    _OF_RECORDS,
)  # fmt: skip
