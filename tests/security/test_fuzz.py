"""The short pass of benchmarks/fuzz.py: any text ends in a value or in a sentence."""

from __future__ import annotations

import random
from pathlib import Path

import fuzz
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

CHANCE = st.integers(0, 2**32).map(random.Random)


@settings(max_examples=120)
@given(CHANCE)
def test_a_changed_contract_is_read_or_refused_with_a_sentence(chance: random.Random) -> None:
    fuzz.try_contract(fuzz.a_contract(chance))


@given(st.one_of(st.text(max_size=30), CHANCE.map(fuzz.a_cell)))
def test_any_text_is_a_number_or_none_and_a_year_or_none(text: str) -> None:
    fuzz.try_cell(text)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.one_of(st.text(max_size=40), CHANCE.map(fuzz.a_question)))
def test_any_question_is_answered_or_refused_and_writes_nothing(small_night: Path, text: str) -> None:
    fuzz.try_question((small_night / "data" / "current").resolve(), text)
