"""A small, seeded share of the pollution run: through every gate, nothing false goes in without a word."""

from __future__ import annotations

from random import Random

from pollution import cases, chosen, told

FILES, SEED = 8, 11
# Two small sources, one long and one wide, so that few unpolluted editions have to be judged first.
SMALL = frozenset({"kota-mojokerto-kemiskinan", "kabupaten-mojokerto-kemiskinan"})


def test_no_polluted_file_is_silently_wrong() -> None:
    every = [case for case in cases(SEED, 1, of=SMALL) if chosen(case.kind).verdict != "unknowable"]
    some = Random(SEED).sample(every, FILES)  # noqa: S311  the same files every time
    found = told(some, peers=False)
    assert [item for item in found if item.outcomes[0] == "wrong" or item.why.startswith("crash")] == []


def test_every_kind_spoils_some_bundled_file() -> None:
    met = {case.kind for case in cases(SEED, 1)}
    assert len(met) > 80
    assert {"preamble", "bare MOJOKERTO", "an unclosed quote", "percent as a fraction"} <= met


def test_the_same_seed_gives_the_same_files() -> None:
    first = [(case.kind, case.source, case.data) for case in cases(3, 1)]
    assert first == [(case.kind, case.source, case.data) for case in cases(3, 1)]
