"""What a release has to tell besides its troubles: figures that publishers revised, identities that do not hold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from catalog.settings import Settings
from catalog.words import number
from flows.outcome import NightOutcome
from warehouse.query import as_dicts, query
from warehouse.shelf import current_release

# Published figures of single regions only: what follows from them for an agglomeration is no revision of a publisher.
REVISIONS = """
SELECT c.old, c.new, c.period, i.label_id, i.label_en, i.unit_label_id, i.unit_label_en, i.decimals, r.name,
  s.publisher, r.region_role
FROM meta.change AS c
JOIN core.indicator AS i ON i.id = c.indicator
JOIN core.region AS r ON r.code = c.region_code AND r.valid_to IS NULL
JOIN joint.indicator_value AS v USING (indicator, region_code, period, breakdown)
JOIN core.source AS s ON s.source = v.source
WHERE c.reason = 'revision' AND c.kind = 'changed' AND c.old IS NOT NULL AND c.new IS NOT NULL
  AND v.superseded_at IS NULL AND v.method = 'official'
ORDER BY r.region_role <> 'member', i.id, r.code, c.period, c.breakdown
"""
RED = """
SELECT message_id, message_en FROM meta.check
WHERE gate = 'identity' AND outcome = 'failed' ORDER BY severity, check_id
"""
TOLD = {
    "id": "{publisher} merevisi {label} {name} {period} dari {old} menjadi {new} {unit}",
    "en": "{publisher} revised {label} of {name} {period} from {old} to {new} {unit}",
}


def revisions(settings: Settings, outcome: NightOutcome, lang: str) -> list[str]:
    """A sentence per published figure that this night's release revised, those of the members first."""
    release = current_release(settings.data)
    if release is None or not outcome.changed:
        return []
    return [_revision(row, lang) for row in _rows(release.path, REVISIONS)]


def _revision(row: dict[str, Any], lang: str) -> str:
    old, new = (number(row[name], lang, row["decimals"]) for name in ("old", "new"))
    label, unit = row[f"label_{lang}"], row[f"unit_label_{lang}"]
    return TOLD[lang].format(
        publisher=row["publisher"], label=label, name=row["name"], period=row["period"], old=old, new=new, unit=unit
    )


def red_identities(release: Path, lang: str) -> list[str]:
    """The sentence of every identity that does not hold in a release."""
    return [str(row[f"message_{lang}"]) for row in _rows(release, RED)]


def _rows(release: Path, sql: str) -> list[dict[str, Any]]:
    return as_dicts(query(release, sql))
