"""Staged rows that nothing reads any more: another version of the code, the catalog or a contract has its own.

Every update of the program stages every snapshot anew, so that what it leaves would grow for ever.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

from flows.editions import Standing
from warehouse.shard import Shard

# The digest of all that staged rows come from; whatever else stands in data/staging is not ours to judge.
STAGED = re.compile(r"[0-9a-f]{32}")


def remove_unused(data: Path, judged: Standing, shards: Iterable[Shard] = ()) -> list[str]:
    """Remove the staged rows that no snapshot of `judged` is read from, and other shards than `shards`; the names.

    Only a night that holds the lock may, when every source is judged and the release stands. A folder loses its name
    before its files, so that a night killed meanwhile leaves nothing that looks whole.
    """
    staging = data / "staging"
    used = {item.folder.name for items in judged.values() for item in items} | {item.folder.name for item in shards}
    found = sorted(path for path in staging.iterdir() if path.is_dir()) if staging.is_dir() else []
    unused = [path for path in found if STAGED.fullmatch(path.name) and path.name not in used]
    for path in unused:
        _remove(path)
    return [path.name for path in unused]


def _remove(folder: Path) -> None:
    aside = folder.with_name(f".{folder.name}.{os.getpid()}.tmp")
    shutil.rmtree(aside, ignore_errors=True)
    folder.rename(aside)
    shutil.rmtree(aside)
