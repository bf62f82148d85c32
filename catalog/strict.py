"""Typed declarations: unknown keys are refused and the nearest known key is suggested."""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

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


@contextmanager
def explain_errors(where: str, model: type[BaseModel]) -> Iterator[None]:
    """Turn pydantic's errors into one sentence each: where, which key, what was found, what was meant."""
    try:
        yield
    except ValidationError as error:
        faults = [_sentence(where, model, dict(item)) for item in error.errors()]
        raise DeclarationError(
            "\n".join(fault.en for fault in faults), "\n".join(fault.id for fault in faults)
        ) from None


def _sentence(where: str, model: type[BaseModel], item: dict[str, Any]) -> Bilingual:
    path = [str(part) for part in item["loc"]]
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
    shown = repr(item.get("input"))
    shown = shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}..."
    return Bilingual(
        id=f"{where}: '{key}' tidak sesuai: {item['msg']} (tertulis {shown})",
        en=f"{where}: '{key}': {item['msg']} (found {shown})",
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
    keys = set(model.model_fields)
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
