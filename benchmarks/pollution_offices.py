"""The ways of Indonesian offices: number styles, homonyms, rows and years moved, units, and spreadsheets' help."""

from __future__ import annotations

from itertools import pairwise
from random import Random

from polluted_sheet import Sheet
from pollution_kinds import (
    at_random,
    cell_changed,
    figures_changed,
    kind,
    number_of,
    runs,
    scaled,
)

NUMBERS, PLACES, MOVED, UNITS, PLAUSIBLE = "numbers", "places", "figures moved", "units", "plausible figures"
MOVED_LEAST = 3


def _swapped_marks(text: str) -> str:
    return text.translate(str.maketrans(".,", ",."))


@kind("1.234,56 against 1,234.56, whole file", NUMBERS)
def _(sheet: Sheet, _rng: Random) -> bytes | None:
    return figures_changed(sheet, _swapped_marks)


@kind("1.234,56 against 1,234.56, one column", NUMBERS)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    return figures_changed(sheet, _swapped_marks, {rng.choice(sheet.values)})


@kind("1.234,56 against 1,234.56, one cell", NUMBERS)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    return cell_changed(sheet, rng, _swapped_marks)


@kind("1.234,56 against 1,234.56, unquoted text", NUMBERS)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    lines, at = list(sheet.lines), rng.choice(sheet.body)
    first, rest = lines[at].split(sheet.delimiter, 1)
    lines[at] = first + sheet.delimiter + _swapped_marks(rest)
    return sheet.from_lines(lines)


@kind("thousands marks put in", NUMBERS)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    mark = rng.choice([".", ",", " ", "'"])

    def grouped(text: str) -> str:
        value, decimals = number_of(sheet, text)
        return f"{value:,.{decimals}f}".replace(".", "\0").replace(",", mark).replace("\0", sheet.decimal)

    return figures_changed(sheet, grouped)


@kind("thousands marks taken out of some cells", NUMBERS)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    mark = sheet.source.contract.format.thousands
    if not mark:
        return None
    return figures_changed(sheet, lambda text: text.replace(mark, "") if rng.random() < 0.3 else text)


@kind("a thousands number read as a decimal by a spreadsheet", NUMBERS)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    mark = sheet.source.contract.format.thousands
    if not mark:
        return None
    column = {rng.choice(sheet.values)}
    return figures_changed(sheet, lambda text: text.rstrip("0").rstrip(mark) if text.count(mark) == 1 else text, column)


@kind("a blank in a number", NUMBERS)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    blank = rng.choice([" ", "\u00a0", "\u202f"])

    def split(text: str) -> str:
        at = rng.randrange(1, len(text)) if len(text) > 1 else 0
        return text[:at] + blank + text[at:]

    return cell_changed(sheet, rng, split)


@kind("decimals dropped, trailing noughts", NUMBERS)
def _(sheet: Sheet, _rng: Random) -> bytes | None:
    mark = sheet.decimal
    return figures_changed(sheet, lambda text: text.rstrip("0").rstrip(mark) if mark in text else text)


@kind("decimals dropped, rounded", NUMBERS)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    column = rng.choice([None, {rng.choice(sheet.values)}])
    return figures_changed(sheet, lambda text: scaled(sheet, text, 1, max(0, number_of(sheet, text)[1] - 1)), column)


@kind("decimal mark lost", NUMBERS)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    change = rng.choice([cell_changed, None])
    if change:
        return cell_changed(sheet, rng, lambda text: text.replace(sheet.decimal, ""))
    return figures_changed(sheet, lambda text: text.replace(sheet.decimal, ""))


@kind("more decimals than published", NUMBERS)
def _(sheet: Sheet, _rng: Random) -> bytes | None:
    return figures_changed(sheet, lambda text: scaled(sheet, text, 1.0001, number_of(sheet, text)[1] + 3))


@kind("a letter for a digit", NUMBERS)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    return cell_changed(sheet, rng, lambda text: text.translate(str.maketrans("015", "OlS")))


@kind("Arabic or full-width digits", NUMBERS)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    zero = rng.choice([0x0660, 0xFF10])
    return cell_changed(sheet, rng, lambda text: text.translate({48 + digit: zero + digit for digit in range(10)}))


@kind("unit glued to the number", NUMBERS)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    glue = rng.choice(["{}%", "Rp {}", "{} jiwa", "{} %", "± {}", "({})", "+{}", "~{}"])
    return cell_changed(sheet, rng, glue.format)


@kind("an undeclared note mark on a number", NUMBERS)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    mark = rng.choice(["*", "**", " 1)", "r", "1", "²", "a"])
    return cell_changed(sheet, rng, lambda text: text + mark)


@kind("scientific notation or a date from a spreadsheet", NUMBERS)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    form = rng.choice(["exp", "date", "error"])

    def helped(text: str) -> str:
        value = number_of(sheet, text)[0]
        return {"exp": f"{value:.2E}", "date": f"{int(value) % 28 + 1}-Mei", "error": "#REF!"}[form]

    return cell_changed(sheet, rng, helped)


@kind("sign turned", NUMBERS)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    return cell_changed(sheet, rng, lambda text: rng.choice(["-", "\u2212", "\u2013 "]) + text)


@kind("a figure left empty or marked", NUMBERS)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    return cell_changed(sheet, rng, lambda _text: rng.choice(["", "n/a", "NULL", "nan", "0", "..", "N/A", "\u2013"]))


def _names(sheet: Sheet) -> tuple[int, int] | None:
    code, name = sheet.of_role("region_code"), sheet.of_role("region_name")
    return (code[0] if code else -1, name[0]) if name else None


@kind("bare MOJOKERTO", PLACES)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    places = _names(sheet)
    if places is None:
        return None
    rows = sheet.copy()
    found = [at for at in sheet.body if "mojokerto" in rows[at][places[1]].lower()]
    for at in found:
        rows[at][places[1]] = rng.choice(["MOJOKERTO", "Mojokerto"])
        if places[0] >= 0 and rng.random() < 0.5:
            rows[at][places[0]] = ""
    return sheet.from_rows(rows) if found else None


@kind("Kauman, Balongsari or Pulorejo", PLACES)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    places, (rows, at) = _names(sheet), at_random(sheet, rng)
    if places is None:
        return None
    rows[at][places[1]] = rng.choice(["Kauman", "Balongsari", "Pulorejo", "Desa Kauman", "Magersari"])
    return sheet.from_rows(rows)


@kind("kota and kabupaten exchanged", PLACES)
def _(sheet: Sheet, _rng: Random) -> bytes | None:
    places = _names(sheet)
    if places is None:
        return None
    rows = sheet.copy()
    pair = {"kota": "Kabupaten", "kabupaten": "Kota"}
    for at in sheet.body:
        word, _, rest = rows[at][places[1]].partition(" ")
        if word.lower() in pair and rest.lower() in {"mojokerto", "kediri", "madiun"}:
            rows[at][places[1]] = f"{pair[word.lower()]} {rest}"
    return sheet.from_rows(rows)


@kind("two region names exchanged, codes kept", PLACES)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    places = _names(sheet)
    if places is None or len(sheet.body) < 2:
        return None
    rows = sheet.copy()
    one, two = rng.sample(sheet.body, 2)
    rows[one][places[1]], rows[two][places[1]] = rows[two][places[1]], rows[one][places[1]]
    return sheet.from_rows(rows) if len(sheet.values) >= MOVED_LEAST or places[0] >= 0 else None


@kind("region codes as numbers", PLACES)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    code = sheet.of_role("region_code")
    if not code:
        return None
    rows, form = sheet.copy(), rng.choice(["{}.0", "{}000", "0{}", "3.52E+03"])
    for at in sheet.body:
        rows[at][code[0]] = form.format(rows[at][code[0]])
    return sheet.from_rows(rows)


@kind("region code of another numbering", PLACES)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    code = sheet.of_role("region_code")
    if not code:
        return None
    rows, at = at_random(sheet, rng)
    text = rows[at][code[0]]
    rows[at][code[0]] = rng.choice([f"{text[:2]}.{text[2:]}", text[:-1] + str((int(text[-1]) + 1) % 10)])
    return sheet.from_rows(rows)


@kind("region names in other spellings", PLACES)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    places = _names(sheet)
    if places is None:
        return None
    rows = sheet.copy()
    way = rng.choice(["upper", "short", "blanks"])
    for at in sheet.body:
        text = rows[at][places[1]]
        respelt = {"upper": text.upper(), "short": text.replace("Kabupaten", "Kab."), "blanks": text + "  "}
        rows[at][places[1]] = respelt[way]
    return sheet.from_rows(rows)


@kind("a total row more", PLACES)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    places = _names(sheet)
    if places is None:
        return None
    rows = sheet.copy()
    row = list(rows[sheet.body[-1]])
    row[places[1]] = rng.choice(["Jumlah", "TOTAL", "Rata-rata", "Jawa Timur"])
    if places[0] >= 0:
        row[places[0]] = rng.choice(["", "35"])
    return sheet.from_rows([*rows[: sheet.body[-1] + 1], row, *rows[sheet.body[-1] + 1 :]])


@kind("the province's figures in a city's row", MOVED)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    if len(sheet.body) < 3 or len(sheet.values) < MOVED_LEAST:
        return None
    rows = sheet.copy()
    origin, target = rng.sample(sheet.body, 2)
    for at in sheet.values:
        rows[target][at] = rows[origin][at]
    return sheet.from_rows(rows)


@kind("year header shifted by one", MOVED)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    found = [item.number - 1 for item in sheet.columns if item.column.years]
    if not found:
        return None
    rows, step = sheet.copy(), rng.choice([-1, 1])
    for row in rows[: sheet.head]:
        for at in found:
            year = row[at][:4]
            row[at] = f"{int(year) + step}{row[at][4:]}" if year.isdigit() else row[at]
    return sheet.from_rows(rows)


@kind("periods of a long table shifted by one", MOVED)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    period = sheet.of_role("period")
    if not period:
        return None
    rows, step = sheet.copy(), rng.choice([-1, 1])
    for at in sheet.body:
        text = rows[at][period[0]]
        rows[at][period[0]] = f"{int(text[:4]) + step}{text[4:]}"
    return sheet.from_rows(rows)


@kind("every row's figures one year late", MOVED)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    return _late(sheet, sheet.body, rng)


@kind("one row's figures one year late", MOVED)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    return _late(sheet, [rng.choice(sheet.body)], rng)


def _late(sheet: Sheet, body: list[int], rng: Random) -> bytes | None:
    long = [run for run in runs(sheet) if len(run) > MOVED_LEAST]
    if not long:
        return None
    rows, back = sheet.copy(), rng.random() < 0.5
    for at in body:
        for run in long:
            cells = [rows[at][column] for column in run]
            moved = [*cells[1:], cells[-1]] if back else [cells[0], *cells[:-1]]
            for column, cell in zip(run, moved, strict=True):
                rows[at][column] = cell
    return sheet.from_rows(rows)


@kind("one year's column repeated under the next", MOVED)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    found = runs(sheet)
    if not found or len(sheet.body) < MOVED_LEAST:
        return None
    rows, run = sheet.copy(), rng.choice(found)
    at = rng.randrange(1, len(run))
    for row in sheet.body:
        rows[row][run[at]] = rows[row][run[at - 1]]
    return sheet.from_rows(rows)


@kind("two columns' figures exchanged, headers kept", MOVED)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    if len(sheet.values) < 2 or len(sheet.body) < MOVED_LEAST:
        return None
    rows = sheet.copy()
    one, two = rng.sample(sheet.values, 2)
    for row in sheet.body:
        rows[row][one], rows[row][two] = rows[row][two], rows[row][one]
    return sheet.from_rows(rows)


@kind("figures of one column moved a row down", MOVED)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    if len(sheet.body) < 6:
        return None
    rows, column = sheet.copy(), rng.choice(sheet.values)
    cells = [rows[at][column] for at in sheet.body]
    start = rng.randrange(len(cells) // 2)
    cells = [*cells[: start + 1], *cells[start:-1]]
    for at, cell in zip(sheet.body, cells, strict=True):
        rows[at][column] = cell
    return sheet.from_rows(rows)


@kind("percent as a fraction", UNITS)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    extra = rng.choice([0, 2])
    return figures_changed(sheet, lambda text: scaled(sheet, text, 0.01, number_of(sheet, text)[1] + extra))


@kind("percent as a fraction, one column", UNITS)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    return figures_changed(sheet, lambda text: scaled(sheet, text, 0.01), {rng.choice(sheet.values)})


@kind("thousands as units", UNITS)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    factor = rng.choice([1000, 0.001])
    return figures_changed(sheet, lambda text: scaled(sheet, text, factor))


@kind("thousands as units, one row", UNITS)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    rows, at = at_random(sheet, rng)
    factor = rng.choice([1000, 0.001])
    if len(sheet.numeric(rows[at])) < 2:
        return None
    for column in sheet.numeric(rows[at]):
        rows[at][column] = scaled(sheet, rows[at][column], factor)
    return sheet.from_rows(rows)


@kind("thousands as units, one cell", UNITS)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    factor = rng.choice([1000, 100, 10])
    return cell_changed(sheet, rng, lambda text: scaled(sheet, text, factor))


@kind("unit column changed", UNITS)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    unit = sheet.of_role("unit")
    if not unit:
        return None
    rows, at = at_random(sheet, rng)
    rows[at][unit[0]] = rng.choice(["JIWA", "PERSEN POIN", "", "RIBU"])
    return sheet.from_rows(rows)


@kind("one digit changed", PLAUSIBLE, "unknowable")
def _(sheet: Sheet, rng: Random) -> bytes | None:
    def mistyped(text: str) -> str:
        digits = [at for at, sign in enumerate(text) if sign.isdigit()]
        at = digits[-1]
        return text[:at] + str((int(text[at]) + rng.randint(1, 9)) % 10) + text[at + 1 :]

    return cell_changed(sheet, rng, mistyped)


@kind("two neighbouring figures exchanged", PLAUSIBLE, "unknowable")
def _(sheet: Sheet, rng: Random) -> bytes | None:
    rows, at = at_random(sheet, rng)
    pairs = [pair for run in runs(sheet) for pair in pairwise(run)]
    if not pairs:
        return None
    one, two = rng.choice(pairs)
    rows[at][one], rows[at][two] = rows[at][two], rows[at][one]
    return sheet.from_rows(rows)


@kind("one figure of another region", PLAUSIBLE, "unknowable")
def _(sheet: Sheet, rng: Random) -> bytes | None:
    if len(sheet.body) < 2:
        return None
    rows, column = sheet.copy(), rng.choice(sheet.values)
    origin, target = rng.sample(sheet.body, 2)
    rows[target][column] = rows[origin][column]
    return sheet.from_rows(rows)


@kind("all figures revised a little", PLAUSIBLE, "unknowable")
def _(sheet: Sheet, _rng: Random) -> bytes | None:
    return figures_changed(sheet, lambda text: scaled(sheet, text, 1.01))
