"""Formulas with numbers put in: written as people write them, and worked out from the very numbers written."""

from __future__ import annotations

import math
import operator
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from catalog.words import number


class Expression(ABC):
    """Something that can be written in a language's number form and worked out."""

    def worth(self) -> float:
        """Its value, counting with the numbers as they are written."""
        return self._worth()

    def text(self, lang: str) -> str:
        """How it is written: 100 x (7.650 + 112.860) / (132.582 + 1.151.633)."""
        return self._text(lang)

    @abstractmethod
    def _worth(self) -> float: ...

    @abstractmethod
    def _text(self, lang: str) -> str: ...

    def within(self, lang: str, *loose: type[Expression]) -> str:
        """How it is written inside another: in brackets where it binds less tightly, or is negative."""
        written = self.text(lang)
        return f"({written})" if written.startswith("-") or isinstance(self, loose) else written


@dataclass(frozen=True)
class Num(Expression):
    """A number; with `decimals`, it is written and counted as rounded to them, and at `least` so many are shown."""

    value: float
    decimals: int | None = None
    least: int = 0

    def _worth(self) -> float:
        if self.decimals is None:
            return self.value
        return float(Decimal(str(self.value)).quantize(Decimal(1).scaleb(-self.decimals), ROUND_HALF_EVEN))

    def _text(self, lang: str) -> str:
        written = number(self.worth(), lang)
        mark = "." if lang == "en" else ","
        missing = self.least - len(written.partition(mark)[2])
        if missing <= 0:
            return written
        return (written if mark in written else written + mark) + "0" * missing


@dataclass(frozen=True)
class Add(Expression):
    """The sum of `items`."""

    items: tuple[Expression, ...]

    def _worth(self) -> float:
        return math.fsum(item.worth() for item in self.items)

    def _text(self, lang: str) -> str:
        return " + ".join(item.within(lang) for item in self.items)


@dataclass(frozen=True)
class Minus(Expression):
    """`left` - `right`."""

    left: Expression
    right: Expression

    def _worth(self) -> float:
        return self.left.worth() - self.right.worth()

    def _text(self, lang: str) -> str:
        return f"{self.left.within(lang)} - {self.right.within(lang, Add, Minus)}"


@dataclass(frozen=True)
class Times(Expression):
    """The product of `items`."""

    items: tuple[Expression, ...]

    def _worth(self) -> float:
        return math.prod(item.worth() for item in self.items)

    def _text(self, lang: str) -> str:
        return " x ".join(item.within(lang, Add, Minus, Over) for item in self.items)


@dataclass(frozen=True)
class Over(Expression):
    """`above` / `below`."""

    above: Expression
    below: Expression

    def _worth(self) -> float:
        return self.above.worth() / self.below.worth()

    def _text(self, lang: str) -> str:
        return f"{self.above.within(lang, Add, Minus)} / {self.below.within(lang, Add, Minus, Times, Over)}"


@dataclass(frozen=True)
class Log(Expression):
    """The natural logarithm of `of`."""

    of: Expression

    def _worth(self) -> float:
        return math.log(self.of.worth())

    def _text(self, lang: str) -> str:
        return f"ln({self.of.text(lang)})"


@dataclass(frozen=True)
class CubeRoot(Expression):
    """`of` to the power 1/3."""

    of: Expression

    def _worth(self) -> float:
        return math.cbrt(self.of.worth())

    def _text(self, lang: str) -> str:
        return f"({self.of.text(lang)})^(1/3)"


@dataclass(frozen=True)
class Compare(Expression):
    """How `left` stands to `right`: "5,77 > 5,62"; it is worth 1 where `sign` holds, else 0."""

    left: Expression
    sign: str
    right: Expression

    def _worth(self) -> float:
        holds = {"<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt}[self.sign]
        return float(holds(self.left.worth(), self.right.worth()))

    def _text(self, lang: str) -> str:
        return f"{self.left.text(lang)} {self.sign} {self.right.text(lang)}"


def add(items: Sequence[Expression]) -> Expression:
    """A sum; of one item, the item itself."""
    return items[0] if len(items) == 1 else Add(tuple(items))


def times(*items: Expression) -> Expression:
    """A product without factors of 1."""
    kept = [item for item in items if item != Num(1)]
    return kept[0] if len(kept) == 1 else Times(tuple(kept))
