"""The ways of the Pollock survey: delimiters, quotes, escapes, newlines, encodings, headers, tables and rows."""

from __future__ import annotations

from random import Random

from polluted_sheet import BOM, Sheet
from pollution_kinds import at_random, kind, line_changed

FILE, DIALECT, TABLES, ROW, COLUMN = "file", "dialect", "header and tables", "row", "column"
OTHER = {",": ";", ";": ",", "\t": ",", "|": ","}


@kind("unpolluted", FILE, "read")
def _(sheet: Sheet, _rng: Random) -> bytes | None:
    return sheet.data


@kind("final line end missing", FILE, "read")
def _(sheet: Sheet, _rng: Random) -> bytes | None:
    return sheet.data.rstrip(b"\r\n") if sheet.data.endswith(b"\n") else None


@kind("empty lines at the end", FILE, "read")
def _(sheet: Sheet, rng: Random) -> bytes | None:
    return sheet.data + sheet.newline.encode() * rng.randint(1, 3)


@kind("line ends CRLF and LF exchanged", FILE, "read")
def _(sheet: Sheet, _rng: Random) -> bytes | None:
    return sheet.from_lines(sheet.lines, "\n" if sheet.newline == "\r\n" else "\r\n")


@kind("line ends of CR alone", FILE)
def _(sheet: Sheet, _rng: Random) -> bytes | None:
    return sheet.from_lines(sheet.lines, "\r")


@kind("line ends mixed", FILE)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    ends = ["\r\n" if rng.random() < 0.5 else "\n" for _ in sheet.lines]
    return sheet.encoded("".join(line + end for line, end in zip(sheet.lines, ends, strict=True)))


@kind("line ends doubled", FILE)
def _(sheet: Sheet, _rng: Random) -> bytes | None:
    return sheet.from_lines(sheet.lines, "\n\n")


@kind("byte order mark more or less", FILE, "read")
def _(sheet: Sheet, _rng: Random) -> bytes | None:
    mark = BOM.encode()
    return sheet.data.removeprefix(mark) if sheet.data.startswith(mark) else mark + sheet.data


@kind("byte order mark twice", FILE)
def _(sheet: Sheet, _rng: Random) -> bytes | None:
    return BOM.encode() * 2 + sheet.data.removeprefix(BOM.encode())


@kind("byte order mark inside", FILE)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    return line_changed(sheet, rng, lambda line: BOM + line)


@kind("encoding UTF-16", FILE)
def _(sheet: Sheet, _rng: Random) -> bytes | None:
    return sheet.text.encode("utf-16")


@kind("encoding cp1252 with a letter outside ASCII", FILE)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    return line_changed(sheet, rng, lambda line: line.replace("a", "\x00", 1)).replace(b"\x00", b"\xe9")


@kind("NUL byte in a cell", FILE)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    return line_changed(sheet, rng, lambda line: _inserted(line, "\x00", rng))


@kind("control character in a cell", FILE)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    sign = rng.choice(["\x1a", "\x0b", "\x0c", "\x85", "\u2028", "\x7f"])
    return line_changed(sheet, rng, lambda line: _inserted(line, sign, rng))


@kind("invisible character in a cell", FILE)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    sign = rng.choice(["\u200b", "\u00ad", "\u200e", "\u00a0", "\u202f"])
    return line_changed(sheet, rng, lambda line: _inserted(line, sign, rng))


def _inserted(line: str, sign: str, rng: Random) -> str:
    at = rng.randrange(len(line) + 1)
    return line[:at] + sign + line[at:]


@kind("cut off in the middle of a line", FILE)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    at = rng.choice(sheet.body)
    line = sheet.lines[at]
    kept = sheet.newline.join([*sheet.lines[:at], line[: rng.randrange(1, len(line))]])
    return sheet.encoded(kept)


@kind("cut off inside the last figure", FILE)
def _(sheet: Sheet, _rng: Random) -> bytes | None:
    last = sheet.body[-1]
    return sheet.encoded(sheet.newline.join([*sheet.lines[:last], sheet.lines[last].rstrip('"')[:-1]]))


@kind("cut off at the end of a line", FILE)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    at = rng.choice(sheet.body)
    return sheet.from_lines(sheet.lines[:at]) if at > sheet.body[0] else None


@kind("all cells quoted", DIALECT, "read")
def _(sheet: Sheet, _rng: Random) -> bytes | None:
    return sheet.from_rows(sheet.copy(), always=True)


@kind("delimiter changed", DIALECT)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    others = [sign for sign in ",;\t|" if sign != sheet.delimiter]
    return sheet.from_rows(sheet.copy(), delimiter=rng.choice(others))


@kind("delimiter replaced without care for quotes", DIALECT)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    return sheet.encoded(sheet.text.replace(sheet.delimiter, rng.choice([" ", OTHER[sheet.delimiter], "  ", ", "])))


@kind("quote changed", DIALECT)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    return sheet.from_rows(sheet.copy(), quote=rng.choice(["'", "`"]), always=rng.random() < 0.7)


@kind("escaped with a backslash", DIALECT)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    rows, at = at_random(sheet, rng)
    column = rng.randrange(len(rows[at]))
    rows[at][column] = f'{rows[at][column]} "x"'
    return sheet.from_rows(rows).replace(b'""x""', rb"\"x\"")


@kind("blanks after delimiters", DIALECT)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    return line_changed(sheet, rng, lambda line: line.replace(sheet.delimiter, sheet.delimiter + " "))


@kind("preamble", TABLES)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    above = rng.choice(
        [["Tabel 4.2.1"], ["Kemiskinan Mojokerto Raya", ""], [""], [sheet.delimiter * (len(sheet.columns) - 1)]]
    )
    return sheet.from_lines([*above, *sheet.lines])


@kind("undeclared footnote", TABLES)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    note = rng.choice(["*) Angka sementara", "Ket.: data diolah", "Diunduh 21-11-2026", "Hak Cipta BPS"])
    note += rng.choice(["", sheet.delimiter * (len(sheet.columns) - 1)])
    return sheet.from_lines([*sheet.lines, *rng.choice([[], [""]]), note])


@kind("the table twice", TABLES)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    return sheet.from_lines([*sheet.lines, *rng.choice([[], [""], ["", ""]]), *sheet.lines])


@kind("a second table below", TABLES)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    other = [sheet.delimiter.join(["Uraian", "Nilai"]), sheet.delimiter.join(["Jumlah", str(rng.randint(1, 999))])]
    return sheet.from_lines([*sheet.lines, *rng.choice([[], [""]]), *other])


@kind("a second table beside", TABLES)
def _(sheet: Sheet, _rng: Random) -> bytes | None:
    return sheet.from_rows([[*row, "", *row] if len(row) > 1 else row for row in sheet.copy()])


@kind("no header", TABLES)
def _(sheet: Sheet, _rng: Random) -> bytes | None:
    return sheet.from_lines(sheet.lines[sheet.head :])


@kind("header twice", TABLES)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    at = rng.choice([sheet.head, *sheet.body])
    return sheet.from_lines([*sheet.lines[:at], *sheet.lines[: sheet.head], *sheet.lines[at:]])


@kind("header only", TABLES)
def _(sheet: Sheet, _rng: Random) -> bytes | None:
    return sheet.from_lines(sheet.lines[: sheet.head])


@kind("header in another case or with blanks", TABLES)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    rows = sheet.copy()
    way = rng.choice([("_", " "), ("a", "A"), ("", " ")])
    rows[: sheet.head] = [[cell.replace(*way) for cell in row] for row in rows[: sheet.head]]
    return sheet.from_rows(rows)


@kind("a header cell renamed", TABLES)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    rows = sheet.copy()
    row, column = rng.choice([(r, c) for r in range(sheet.head) for c, text in enumerate(rows[r]) if text])
    rows[row][column] = rng.choice(["nilai", "Unnamed: 3", "", "2O21"])
    return sheet.from_rows(rows)


@kind("an empty line inside", TABLES)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    at = rng.choice(sheet.body)
    return sheet.from_lines([*sheet.lines[:at], rng.choice(["", sheet.delimiter]), *sheet.lines[at:]])


@kind("delimiter missing in a row", ROW)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    return line_changed(sheet, rng, lambda line: _without_one(line, sheet.delimiter, rng))


def _without_one(line: str, delimiter: str, rng: Random) -> str:
    parts = line.split(delimiter)
    at = rng.randrange(1, len(parts)) if len(parts) > 1 else 0
    return delimiter.join([*parts[: at - 1], parts[at - 1] + parts[at], *parts[at + 1 :]]) if at else line


@kind("delimiter extra in a row", ROW)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    rows, at = at_random(sheet, rng)
    rows[at].insert(rng.randrange(len(rows[at]) + 1), "")
    return sheet.from_rows(rows)


@kind("a cell too many and the last one cut", ROW)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    rows, at = at_random(sheet, rng)
    rows[at].insert(rng.choice([sheet.values[0], rng.randrange(len(rows[at]))]), "")
    rows[at].pop()
    return sheet.from_rows(rows)


@kind("trailing delimiters on every row", ROW)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    tail = sheet.delimiter * rng.randint(1, 3)
    return sheet.from_lines([line + tail for line in sheet.lines])


@kind("ragged rows", ROW)
def _(sheet: Sheet, _rng: Random) -> bytes | None:
    return sheet.from_lines([line.rstrip(sheet.delimiter + "-") for line in _ragged(sheet)])


def _ragged(sheet: Sheet) -> list[str]:
    rows = sheet.copy()
    for number, at in enumerate(sheet.body):
        rows[at] = rows[at][: len(rows[at]) - number % 3]
    return [sheet.line(row) for row in rows]


@kind("a foreign delimiter in a row", ROW)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    other = rng.choice([sign for sign in ",;\t" if sign != sheet.delimiter])
    return line_changed(sheet, rng, lambda line: line.replace(sheet.delimiter, other))


@kind("a stray quote", ROW)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    return line_changed(sheet, rng, lambda line: _inserted(line, '"', rng))


@kind("two stray quotes", ROW)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    return line_changed(sheet, rng, lambda line: _inserted(_inserted(line, '"', rng), '"', rng))


@kind("quotes opened in one row and closed in another", ROW)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    if len(sheet.body) < 4:
        return None
    lines, first = list(sheet.lines), rng.choice(sheet.body[:-2])
    last = min(first + rng.randint(1, 2), sheet.body[-1])
    lines[first] = _quote_opened(lines[first], sheet.delimiter, rng)
    parts = lines[last].split(sheet.delimiter)
    at = rng.randrange(len(parts))
    parts[at] = parts[at].rstrip('"') + '"'
    lines[last] = sheet.delimiter.join(parts)
    return sheet.from_lines(lines)


@kind("an unclosed quote", ROW)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    return line_changed(sheet, rng, lambda line: _quote_opened(line, sheet.delimiter, rng))


def _quote_opened(line: str, delimiter: str, rng: Random) -> str:
    parts = line.split(delimiter)
    at = rng.randrange(len(parts))
    parts[at] = '"' + parts[at].strip('"')
    return delimiter.join(parts)


@kind("a line end inside a quoted cell", ROW)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    rows, at = at_random(sheet, rng)
    column = rng.randrange(len(rows[at]))
    text = rows[at][column]
    cut = rng.randrange(len(text) + 1)
    rows[at][column] = text[:cut] + "\n" + text[cut:]
    return sheet.from_rows(rows)


@kind("a row twice", ROW)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    lines, at = list(sheet.lines), rng.choice(sheet.body)
    lines.insert(rng.choice(sheet.body), lines[at])
    return sheet.from_lines(lines)


@kind("a row lost", ROW)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    lines = list(sheet.lines)
    lines.pop(rng.choice(sheet.body))
    return sheet.from_lines(lines)


@kind("rows in another order", ROW, "read")
def _(sheet: Sheet, rng: Random) -> bytes | None:
    lines = list(sheet.lines)
    order = rng.sample(sheet.body, len(sheet.body))
    for target, origin in zip(sheet.body, order, strict=True):
        lines[target] = sheet.lines[origin]
    return sheet.from_lines(lines)


@kind("cells of two rows exchanged", ROW)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    if len(sheet.body) < 2 or len(sheet.values) < 3:
        return None
    rows = sheet.copy()
    one, two = rng.sample(sheet.body, 2)
    for at in sheet.values:
        rows[one][at], rows[two][at] = rows[two][at], rows[one][at]
    return sheet.from_rows(rows)


@kind("delimiter missing in a column", COLUMN)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    at = rng.randrange(1, len(sheet.columns))
    rows = [[*row[: at - 1], "".join(row[at - 1 : at + 1]), *row[at + 1 :]] for row in sheet.copy()]
    return sheet.from_rows(rows)


@kind("an empty column more", COLUMN)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    at = rng.randrange(len(sheet.columns) + 1)
    return sheet.from_rows([[*row[:at], "", *row[at:]] for row in sheet.copy()])


@kind("a column lost", COLUMN)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    at = rng.randrange(len(sheet.columns))
    return sheet.from_rows([row[:at] + row[at + 1 :] for row in sheet.copy()])


@kind("a column of the body lost", COLUMN)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    rows, column = sheet.copy(), rng.choice(sheet.values)
    for at in sheet.body:
        rows[at] = [*rows[at][:column], *rows[at][column + 1 :], ""]
    return sheet.from_rows(rows)


@kind("a column twice, with its header", COLUMN)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    at = rng.choice(sheet.values)
    return sheet.from_rows([[*row[: at + 1], *row[at:]] for row in sheet.copy()])


@kind("two columns exchanged, with their headers", COLUMN)
def _(sheet: Sheet, rng: Random) -> bytes | None:
    one, two = rng.sample(range(len(sheet.columns)), 2)
    rows = sheet.copy()
    for row in rows:
        if len(row) == len(sheet.columns):
            row[one], row[two] = row[two], row[one]
    return sheet.from_rows(rows)
