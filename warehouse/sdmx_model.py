"""What sdmx.toml declares: components, fixed code lists and flows of the SDMX exports."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from pydantic import Field, model_validator

from catalog.strict import Bilingual, Declared, explain_errors

SDMX = Path(__file__).resolve().parent / "sdmx.toml"
# Ids of SDMX, of codes too: letters, digits, "_", "@", "$" and "-".
ID = r"^[A-Za-z0-9_@$\-]+$"


class SdmxCode(Declared):
    """One code with its names and, in English, what else is to be said of it."""

    id: str = Field(pattern=ID)
    label: Bilingual
    more: str | None = None


class Codelist(Declared):
    """A code list."""

    id: str = Field(pattern=ID)
    label: Bilingual
    codes: list[SdmxCode]


class Component(Declared):
    """A dimension, attribute or measure: coded by a list, or of an SDMX data type."""

    id: str = Field(pattern=ID)
    label: Bilingual
    codelist: str | None = None
    type: str = "String"
    mandatory: bool = False


class Flow(Declared):
    """A dataflow: its file, its dimensions besides those of breakdowns and the time, and its attributes."""

    id: str = Field(pattern=ID)
    file: str
    label: Bilingual
    dimensions: list[str]
    attributes: list[str]


class SdmxModel(Declared):
    """sdmx.toml as a whole."""

    components: list[Component] = Field(alias="component")
    codelists: list[Codelist] = Field(alias="codelist")
    flows: list[Flow] = Field(alias="flow")

    @model_validator(mode="after")
    def _flows_name_components(self) -> SdmxModel:
        known = {item.id for item in self.components}
        for flow in self.flows:
            unknown = [name for name in (*flow.dimensions, *flow.attributes) if name not in known]
            if unknown:
                raise ValueError(f"the flow {flow.id} names '{unknown[0]}', which is no component")
        return self

    def component(self, identity: str) -> Component:
        """The component of an id."""
        return next(item for item in self.components if item.id == identity)


@cache
def load_sdmx() -> SdmxModel:
    """Read sdmx.toml; raises `catalog.strict.DeclarationError` with one sentence per fault."""
    with explain_errors(SDMX.name, SdmxModel):
        return SdmxModel.model_validate(tomllib.loads(SDMX.read_text("utf-8")))
