"""Which indicators make the lines of the message: the typed model of headlines.toml."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Collection
from pathlib import Path

from pydantic import Field

from catalog.strict import DeclarationError, Declared, explain_errors

FILE = Path(__file__).resolve().parent / "headlines.toml"


class Told(Declared):
    """One figure of a line; `name` is said before its number where the topic does not say it."""

    indicator: str
    name: str | None = None


class Headline(Declared):
    """One line of the message: its topic in Indonesian, its figures, and the month they refer to."""

    topic: str = Field(min_length=1)
    figures: list[Told] = Field(min_length=1)
    month: int | None = Field(default=None, ge=1, le=12)
    month_since: int | None = None


class Headlines(Declared):
    """headlines.toml as a whole: at most eight lines, so that the message has ten."""

    headlines: list[Headline] = Field(alias="headline", min_length=1, max_length=8)


def load_headlines(indicators: Collection[str], path: Path = FILE) -> list[Headline]:
    """Read headlines.toml; raises `DeclarationError` naming the key at fault or an indicator that is unknown."""
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise DeclarationError(f"{path.name}: not readable as TOML: {error}") from None
    with explain_errors(path.name, Headlines):
        found = Headlines.model_validate(values).headlines
    for item in found:
        for told in item.figures:
            if told.indicator not in indicators:
                near = difflib.get_close_matches(told.indicator, indicators, n=1)
                raise DeclarationError(
                    f"{path.name}, [[headline]] {item.topic}: unknown indicator '{told.indicator}'"
                    + (f"; did you mean '{near[0]}'?" if near else "")
                )
    return found
