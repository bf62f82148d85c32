"""The guides are held against the product: commands and options exist, worked examples come out as printed."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from support.office import Office

from catalog.load import Catalog
from cli.documents import commands_page
from cli.main import VERBS, build_parser, main
from flows.documents import tables_page
from warehouse.columns import published_tables
from warehouse.model import load_model

pytestmark = pytest.mark.xdist_group("release")

PROJECT = Path(__file__).resolve().parent.parent.parent
DOCS = PROJECT / "docs"
PAGES = {path.relative_to(DOCS).as_posix(): path.read_text("utf-8") for path in sorted(DOCS.rglob("*.md"))}
GUIDES = {**PAGES, "README.md": (PROJECT / "README.md").read_text("utf-8")}
EXAMPLES = re.findall(r"```console\n\$ mojoraya (.*)\n(.*)\n```", PAGES["methods.md"])


def test_the_page_of_commands_is_what_the_parser_knows() -> None:
    assert PAGES["commands.md"] == commands_page(), "run: make docs"
    assert [verb for verb in VERBS if f"## `{verb}`" not in PAGES["commands.md"]] == []


def test_the_page_of_tables_is_what_a_release_has(catalog: Catalog) -> None:
    assert PAGES["tables.md"] == tables_page(catalog), "run: make docs"
    for name, table in published_tables(catalog).items():
        section = PAGES["tables.md"].split(f"## `{name}`\n")[1].split("\n## ")[0]
        plain = [column.name for column in table.published().columns if not column.indicator]
        assert [column for column in plain if f"| `{column}` |" not in section] == []
    for macro in load_model().macros:
        assert f"| `{macro.schema_name}.{macro.name}` |" in PAGES["tables.md"]


@pytest.mark.parametrize("name", sorted(GUIDES))
def test_every_command_that_a_page_types_exists(name: str) -> None:
    """Each `mojoraya ...` in code is parsed; a verb alone stands for the verb, capitals and "..." for anything."""
    parser = build_parser()
    known = set(VERBS)
    for typed in re.findall(r"`(?:\.venv/bin/)?mojoraya ([a-z][^`]*)`", GUIDES[name]):
        words = shlex.split(typed.split(">")[0].replace(" ...", " x"))
        assert words[0] in known, f"{name}: mojoraya {typed}"
        flags = {word.split("=")[0] for word in words if word.startswith("--")}
        if len(words) > 1 + len(flags):
            parser.parse_args(words)


def test_every_verb_an_operator_needs_is_in_the_guide() -> None:
    guide = PAGES["operator/index.md"]
    spared = {"sql", "sources", "indicators", "releases"}
    assert [verb for verb in VERBS if verb not in spared and f"mojoraya {verb}" not in guide] == []


def test_there_are_worked_examples() -> None:
    assert len(EXAMPLES) == 3


@pytest.mark.parametrize(("command", "told"), EXAMPLES)
def test_a_worked_example_comes_out_as_printed(
    whole: Office, command: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*shlex.split(command), "--data", str(whole.settings.data)]) == 0
    assert capsys.readouterr().out.splitlines()[1].startswith(told)


def test_every_page_has_its_place_in_the_site() -> None:
    named = {f"{entry}.md" for entry in re.findall(r"^([\w/]+)$", PAGES["index.md"], flags=re.MULTILINE)}
    apart = {"index.md"} | {name for name in PAGES if name.startswith("decisions/")}
    assert set(PAGES) - apart == named - {"decisions/index.md"}
