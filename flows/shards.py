"""Which sources stand in shards, and their shards in staging: made where they are missing, else taken as they are."""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from catalog.contract import Contract
from catalog.load import Catalog
from catalog.strict import digest_of
from flows.code import RELEASING, code_digest
from flows.seal import is_whole, write_sums
from transforms.suppression_scheme import Scheme
from warehouse.disk import sync, sync_tree
from warehouse.fold import Edition
from warehouse.shard import Shard, read_shard, write_shard

if TYPE_CHECKING:
    from expectations.identity import Compared

# From so many figures on, in all its accepted editions, a source stands in files of its own.
LARGE = 50_000
COMPARED = "compared.parquet"
# What identities look at.
HELD = ["indicator", "region_code", "period", "year", "breakdown", "value", "rounding_step", "obs_status", "source"]
# What the comparisons do not show: identities that could not be held, exceptions of the catalog that were needed.
BESIDES = "compared.json"


def is_large(editions: Sequence[Edition], contract: Contract, catalog: Catalog) -> bool:
    """Whether a source stands in a shard: it has many figures, and none of them can become one that is suppressed."""
    import pyarrow.parquet as pq

    scheme = Scheme(catalog)
    if scheme.thresholds and scheme.indicators.intersection(contract.indicators):
        return False
    return sum(pq.read_metadata(item.tidy).num_rows for item in editions) >= LARGE


def shard_of(data: Path, editions: Sequence[Edition], contract: Contract, catalog: Catalog) -> Shard:
    """The shard of one source, made if there is none of these editions, this catalog and this code.

    Whoever makes one reads it back; one whose bytes are no longer those that were written is made anew. Other processes
    may be at the same. Raises what `warehouse.shard.write_shard` raises.
    """
    folder = data / "staging" / _name(editions, contract, catalog)
    if not is_whole(folder):
        aside = folder.with_name(f".{folder.name}.{os.getpid()}-{secrets.token_hex(4)}.tmp")
        aside.mkdir(parents=True)
        write_shard(aside, editions, catalog)
        _compare(aside, contract, catalog)
        write_sums(aside)
        sync_tree(aside)
        if is_whole(folder):
            shutil.rmtree(aside)
        else:
            shutil.rmtree(folder, ignore_errors=True)
            aside.rename(folder)
            sync(folder.parent)
    return read_shard(folder)


def shards_of(
    data: Path, found: Mapping[str, Sequence[Edition]], contracts: Mapping[str, Contract], catalog: Catalog
) -> list[Shard]:
    """The shards of all large sources, by name.

    Lineage knows files, not sources: bytes that two sources have stand in no shard.
    """
    seen = Counter(snapshot for items in found.values() for snapshot in {item.snapshot for item in items})
    return [
        shard_of(data, items, contracts[source], catalog)
        for source, items in sorted(found.items())
        if items and all(seen[item.snapshot] == 1 for item in items) and is_large(items, contracts[source], catalog)
    ]


def _name(editions: Sequence[Edition], contract: Contract, catalog: Catalog) -> str:
    """A digest of all that a shard is a function of; places on this machine are none of it."""
    plain = [
        {**vars(replace(item, tidy=Path(item.tidy.parent.name), failures=Path(item.failures.parent.name)))}
        for item in editions
    ]
    return digest_of(plain, contract.compilation, catalog.digest, code_digest(RELEASING))[:32]


def _compare(folder: Path, contract: Contract, catalog: Catalog) -> None:
    """Hold each indicator of the shard against the identities that need no other; keep the comparisons beside it."""
    import pandas as pd
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    from expectations.identity import compare_alone
    from transforms.tidy import to_pandas

    in_force = pc.field("superseded_at").is_null()
    rows = to_pandas(pq.read_table(folder / "core_observation.parquet", columns=HELD, filters=in_force))
    found = compare_alone(rows, catalog, {contract.id: contract.compilation})
    pd.DataFrame(found.rows).to_parquet(folder / COMPARED)
    known = {item.id: list(item.known) for item in catalog.identities}
    needed = {name: [known[name].index(one) for one in items] for name, items in found.excused.items()}
    (folder / BESIDES).write_text(json.dumps({"crashed": found.crashed, "excused": needed}), "utf-8")


def compared(shards: Sequence[Shard], indicators: Collection[str], catalog: Catalog) -> Iterator[Compared]:
    """What `_compare` found for some of the indicators."""
    import pandas as pd

    from expectations.identity import Compared

    known = {item.id: item.known for item in catalog.identities}
    for shard in shards:
        rows = pd.read_parquet(shard.folder / COMPARED)
        rows = rows[rows["indicator"].isin(list(indicators))]
        if rows.empty:
            continue
        besides = json.loads((shard.folder / BESIDES).read_text("utf-8"))
        needed = {name: [known[name][at] for at in places] for name, places in besides["excused"].items()}
        excused = {
            name: [one for one in items if one.indicator is None or one.indicator in indicators]
            for name, items in needed.items()
        }
        yield Compared(rows, besides["crashed"], excused)
