"""A joint value as a formula over figures, each of them published or a formula again, down to published cells."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from warehouse.book import Book, Key, Row
from warehouse.expression import Add, CubeRoot, Expression, Log, Minus, Num, Over, add, times
from warehouse.recipes import Recipe, recipes

# A formula is printed with the fewest decimals that still give the published value; nobody reads more than these.
MOST_EXTRA = 10
PERCENT = Num(100)


@dataclass(frozen=True)
class Term:
    """A figure in a formula: its part, its number as the formula takes it, and its own formula when derived.

    `decimals` are those to which a derived number is printed; None prints a published one as it is, with `least`.
    """

    role: str
    key: Key
    number: float
    decimals: int | None = None
    formula: Formula | None = None
    least: int = 0


@dataclass(frozen=True)
class Formula:
    """Terms put together by `kind`; see `expression_of` for each kind's form."""

    kind: str
    terms: tuple[Term, ...]
    scale: float = 1.0

    def of(self, role: str) -> list[Term]:
        """The terms that play a part."""
        return [term for term in self.terms if term.role == role]

    def leaves(self) -> Iterator[tuple[str, Key]]:
        """The published figures behind the formula, each with the part that it plays at the top."""
        for term in self.terms:
            for _, key in term.formula.leaves() if term.formula else [(term.role, term.key)]:
                yield term.role, key


def formula_of(book: Book, key: Key) -> Formula | None:
    """The formula of a derived joint value in force; None for a published, a missing or an unknown figure.

    Of several declared ways, the one whose published figures are those that the release recorded is taken.
    """
    if ("formula", key) not in book.memory:
        book.memory["formula", key] = _found(book, key)
    found: Formula | None = book.memory["formula", key]
    return found


def _found(book: Book, key: Key) -> Formula | None:
    row = book.figures.get(key)
    if row is None or row["value"] is None or row["method"] == "official":
        return None
    made = [formula for recipe in recipes(book, key, row["method"]) if (formula := _made(book, recipe))]
    recorded = sorted(_recorded(item) for item in book.inputs.get(key, ()))
    same = [formula for formula in made if sorted(formula.leaves()) == recorded]
    return next(iter(same or made), None)


def _recorded(row: Row) -> tuple[str, Key]:
    return row["role"], Key(row["input_indicator"], row["input_region"], row["input_period"], row["input_breakdown"])


def _made(book: Book, recipe: Recipe) -> Formula | None:
    terms = [term_of(book, role, key) for role, key in recipe.wanted]
    known = tuple(term for term in terms if term is not None)
    return Formula(recipe.kind, known, recipe.scale) if len(known) == len(terms) else None


def term_of(book: Book, role: str, key: Key, *, rounded: bool = False) -> Term | None:
    """A joint value as a term, None where it has none; `rounded` takes the number as the release prints it."""
    row = book.figures.get(key)
    if row is None or row["value"] is None:
        return None
    indicator, inner = book.indicators[key.indicator], formula_of(book, key)
    if inner is None or rounded:
        return Term(role, key, row["value"], None, inner, indicator["decimals"])
    return Term(role, key, expression_of(inner).worth(), indicator["derived_decimals"], inner)


def expression_of(formula: Formula, extra: int | None = None) -> Expression:
    """The formula with its numbers put in: exact, or derived numbers rounded to their decimals and `extra` more."""
    if formula.kind == "implied":
        people = [Num(value, extra) for value in implied(formula)]
        return Over(times(Num(formula.scale), add(_numbers(formula, "numerator", extra))), add(people))
    if formula.kind == "weighted_mean":
        return _weighted_mean(formula, extra)
    return FORMS[formula.kind](
        Num(formula.scale), {role: _numbers(formula, role, extra) for role in {term.role for term in formula.terms}}
    )


Numbers = dict[str, list[Expression]]
# The forms of formulas whose terms need no pairing: from the scale and the numbers by their part.
FORMS: dict[str, Callable[[Expression, Numbers], Expression]] = {
    "sum": lambda _, of: add(of["part"]),
    "ratio": lambda scale, of: Over(times(scale, add(of["numerator"])), add(of["denominator"])),
    "growth": lambda scale, of: times(scale, Minus(Over(of["level"][0], of["level_before"][0]), Num(1))),
    "contribution": lambda scale, of: Over(
        times(scale, Minus(of["level"][0], of["level_before"][0])), of["total_before"][0]
    ),
    "hdi": lambda _, of: _hdi(of["component"]),
}


def _numbers(formula: Formula, role: str, extra: int | None) -> list[Expression]:
    return [_number(term, extra) for term in formula.of(role)]


def _weighted_mean(formula: Formula, extra: int | None) -> Expression:
    members = [(_number(value, extra), [_number(item, extra) for item in own]) for value, own in _members(formula)]
    return Over(add([times(value, *own) for value, own in members]), add([times(*own) for _, own in members]))


def _number(term: Term, extra: int | None) -> Num:
    if extra is None or term.decimals is None:
        return Num(term.number, None, term.least)
    return Num(term.number, term.decimals + extra, term.decimals)


def implied(formula: Formula) -> list[float]:
    """The denominators behind each pair of count and rate of an `implied` ratio: scale x count / rate."""
    pairs = zip(formula.of("numerator"), formula.of("rate_behind_denominator"), strict=True)
    return [formula.scale * count.number / rate.number for count, rate in pairs]


def _members(formula: Formula) -> Iterator[tuple[Term, list[Term]]]:
    """The value and the weights of each member of a weighted mean, in order."""
    value: Term | None = None
    weights: list[Term] = []
    for term in formula.terms:
        if term.role == "value":
            if value is not None:
                yield value, weights
            value, weights = term, []
        else:
            weights.append(term)
    if value is not None:
        yield value, weights


def _hdi(components: list[Expression]) -> Expression:
    """BPS's index of 2014 (domain notes, section 2.4): life, expected and mean schooling, thousand rupiah a head."""
    life, expected, mean, spent = components
    health = Over(Minus(life, Num(20)), Num(65))
    education = Over(Add((Over(expected, Num(18)), Over(mean, Num(15)))), Num(2))
    income = Over(Log(Over(times(Num(1000), spent), Num(1_007_436))), Log(Over(Num(26_572_352), Num(1_007_436))))
    return times(PERCENT, CubeRoot(times(health, education, income)))


def written(formula: Formula, value: float, digits: int, lang: str) -> str:
    """The formula with the fewest decimals whose numbers, as printed, give `value` to its `digits`."""
    for extra in range(MOST_EXTRA):
        shown = expression_of(formula, extra)
        if agrees(shown.worth(), value, digits):
            return shown.text(lang)
    return expression_of(formula).text(lang)


def agrees(found: float, value: float, digits: int) -> bool:
    """Whether a number rounds to `value` at its declared digits; a last-bit tie is no disagreement."""
    return abs(found - value) <= 0.5 * 10.0**-digits + 1e-9 * max(1.0, abs(value))
