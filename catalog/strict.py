"""Typed declarations: unknown keys are refused and the nearest known key is suggested.

What a declaration gets wrong is told in both languages; most of the sentences are in faults.toml.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

FAULTS = Path(__file__).with_name("faults.toml")
# How much of a wrong value a message repeats.
LONGEST = 60


class Declared(BaseModel):
    """Base of everything declared in TOML: frozen, and strict about keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Bilingual(Declared):
    """A text in Indonesian and in English."""

    id: str
    en: str

    def get(self, lang: str) -> str:
        """The text in `lang` ("id" or "en")."""
        return self.en if lang == "en" else self.id


class ToldError(Exception):
    """An error that an operator reads; `message` says in both languages what is wrong and what to do."""

    def __init__(self, message: Bilingual) -> None:
        self.message = message
        super().__init__(message.en)


class DeclarationError(ToldError, ValueError):
    """A catalog entry, contract or setting is not of its form; the message names file, key and mend."""

    def __init__(self, english: str, indonesian: str | None = None) -> None:
        super().__init__(Bilingual(id=indonesian or english, en=english))


@cache
def load_faults() -> Mapping[str, Mapping[str, Bilingual]]:
    """What declarations get wrong: sentences by table and name, as faults.toml has them."""
    told = tomllib.loads(FAULTS.read_text("utf-8"))
    return {table: {name: Bilingual(**item) for name, item in names.items()} for table, names in told.items()}


def fault(name: str, /, **values: object) -> DeclarationError:
    """The error that a validator of contracts raises; `values` are what its sentence names."""
    sentence = load_faults()["contract"][name]
    return DeclarationError(sentence.en.format_map(values), sentence.id.format_map(values))


def not_read(path: Path, error: OSError) -> DeclarationError:
    """The error for a file that somebody named and that cannot be read."""
    told = load_faults()["file"]
    sentence = told.get(type(error).__name__) or told["OSError"]
    why = {"why": error.strerror}
    return DeclarationError(f"{path}: {sentence.en.format_map(why)}", f"{path}: {sentence.id.format_map(why)}")


@contextmanager
def explain_errors(where: str, model: type[BaseModel]) -> Iterator[None]:
    """Turn pydantic's errors into one sentence each: where, which key, what was found, what was meant."""
    try:
        yield
    except ValidationError as error:
        found = [_sentence(where, model, dict(item)) for item in error.errors()]
        raise DeclarationError("\n".join(one.en for one in found), "\n".join(one.id for one in found)) from None


def _sentence(where: str, model: type[BaseModel], item: dict[str, Any]) -> Bilingual:
    where, path = _place(where, _written(item, model))
    key = ".".join(path)
    if item["type"] == "extra_forbidden":
        # A key that is right in another table is no mend here.
        near = difflib.get_close_matches(path[-1], known_keys(model) - {path[-1]}, n=1)
        return Bilingual(
            id=f"{where}: kunci '{key}' tidak dikenal" + (f"; maksudnya '{near[0]}'?" if near else ""),
            en=f"{where}: unknown key '{key}'" + (f"; did you mean '{near[0]}'?" if near else ""),
        )
    if item["type"] == "missing":
        return Bilingual(id=f"{where}: kunci '{key}' belum ada", en=f"{where}: the key '{key}' is missing")
    if item["type"] in {"union_tag_invalid", "union_tag_not_found"}:
        return _unknown_kind(where, key, dict(item["ctx"]))
    if item["type"] == "value_error":
        return _own(where, key, item["ctx"]["error"])
    return _of_form(where, key, item)


def _written(item: Mapping[str, Any], model: type[BaseModel]) -> list[str | int]:
    """Where something stands, as in the file: pydantic names the chosen `kind` among the keys too."""
    location, known = list(item["loc"]), known_keys(model)
    # Last may stand an unknown key, or one of a table whose keys are free.
    free = len(location) if item["type"] == "value_error" else len(location) - 1
    return [part for at, part in enumerate(location) if at >= free or isinstance(part, int) or part in known]


def _place(where: str, location: Sequence[str | int]) -> tuple[str, list[str]]:
    """The entry of a list in which something stands, counted from 1 as in the file, and the key within it."""
    path = list(location)
    if path and isinstance(path[-1], int) and any(isinstance(part, int) for part in path[:-1]):
        path.pop()
    last = max((at for at, part in enumerate(path) if isinstance(part, int)), default=None)
    if last is None:
        return where, [str(part) for part in path]
    entry = ".".join(str(part + 1 if isinstance(part, int) else part) for part in path[:last])
    return f"{where}, [[{entry}]] {int(path[last]) + 1}", [str(part) for part in path[last + 1 :]]


def _own(where: str, key: str, error: Exception) -> Bilingual:
    """What a validator of ours found; nothing of the value is repeated, which may be a whole table or a password."""
    told = error.message if isinstance(error, ToldError) else Bilingual(id=str(error), en=str(error))
    where = f"{where}, '{key}'" if key else where
    return Bilingual(id=f"{where}: {told.id}", en=f"{where}: {told.en}")


def _of_form(where: str, key: str, item: dict[str, Any]) -> Bilingual:
    """What pydantic itself found; in its own words where there is no sentence of ours.

    Where the name of a variable is asked for, somebody may have written the secret that it holds.
    """
    shown, context = "***" if key.endswith("_env") else repr(item.get("input")), dict(item.get("ctx", {}))
    shown = shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}..."
    sentence, subject = load_faults()["form"].get(item["type"]), f"'{key}' " if key else ""
    if sentence is None:
        return Bilingual(
            id=f"{where}: {subject}tidak sesuai: {item['msg']} (tertulis {shown})",
            en=f"{where}: {subject}is not of its form: {item['msg']} (found {shown})",
        )
    in_indonesian = {name: str(value).replace(" or ", " atau ") for name, value in context.items()}
    choices = [choice.strip(" '") for choice in str(context.get("expected", "")).replace(" or ", ",").split(",")]
    near = difflib.get_close_matches(str(item.get("input")), choices, n=1)
    return Bilingual(
        id=f"{where}: {subject}{sentence.id.format_map(in_indonesian)} (tertulis {shown})"
        + (f"; maksudnya '{near[0]}'?" if near else ""),
        en=f"{where}: {subject}{sentence.en.format_map(context)} (found {shown})"
        + (f"; did you mean '{near[0]}'?" if near else ""),
    )


def _unknown_kind(where: str, key: str, context: dict[str, Any]) -> Bilingual:
    """The sentence for a table whose `kind` is missing or unknown."""
    kind, found = str(context["discriminator"]).strip("'"), context.get("tag")
    known = [name.strip("' ") for name in str(context.get("expected_tags", "")).split(",")]
    if found is None:
        return Bilingual(
            id=f"{where}: kunci '{key}.{kind}' belum ada", en=f"{where}: the key '{key}.{kind}' is missing"
        )
    near = difflib.get_close_matches(str(found), known, n=1)
    return Bilingual(
        id=f"{where}: '{key}.{kind}' berisi '{found}' yang tidak dikenal; "
        + (f"maksudnya '{near[0]}'?" if near else f"pilihannya {', '.join(known)}"),
        en=f"{where}: '{key}.{kind}' is the unknown '{found}'; "
        + (f"did you mean '{near[0]}'?" if near else f"choose one of {', '.join(known)}"),
    )


def known_keys(model: type[BaseModel], seen: set[type[BaseModel]] | None = None) -> set[str]:
    """All keys of a model and of the models inside it, for suggestions."""
    seen = seen if seen is not None else set()
    if model in seen:
        return set()
    seen.add(model)
    keys = {field.alias or name for name, field in model.model_fields.items()}
    for field in model.model_fields.values():
        for inner in _models_in(field.annotation):
            keys |= known_keys(inner, seen)
    return keys


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in getattr(annotation, "__args__", ()):
        yield from _models_in(part)


def digest_of(*parts: Any) -> str:
    """SHA-256 over the canonical JSON of declared things; equal declarations give equal digests."""
    plain = [part.model_dump(mode="json") if isinstance(part, BaseModel) else part for part in parts]
    text = json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
