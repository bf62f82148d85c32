"""The page on connectors is held against the product: its contracts load, its failures and limits are real."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import get_args

import pytest

from catalog.connector import Connector
from catalog.contract import ContractFile, load_contract
from catalog.load import Catalog
from flows.declared import check_against
from sources.connectors import failures

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "connectors.md").read_text("utf-8")
EXAMPLES = re.findall(r"```toml\n(.*?)```", PAGE, flags=re.DOTALL)
KINDS = [model.model_fields["kind"].annotation.__args__[0] for model in get_args(get_args(Connector)[0])]


def written(text: str, folder: Path) -> ContractFile:
    name = re.search(r'^id = "(.*)"$', text, flags=re.MULTILINE)
    assert name is not None
    path = folder / f"{name.group(1)}.toml"
    path.write_text(text, "utf-8")
    return load_contract(path)


@pytest.mark.parametrize("text", EXAMPLES, ids=KINDS)
def test_an_example_is_a_contract_that_the_catalog_knows(text: str, tmp_path: Path, catalog: Catalog) -> None:
    item = written(text, tmp_path)
    check_against(item, catalog)
    assert item.contract.rhythm == "yearly"
    assert not item.contract.bundled


def test_there_is_an_example_of_every_connector_marked_as_not_verified(tmp_path: Path) -> None:
    assert [written(text, tmp_path).contract.connector.kind for text in EXAMPLES] == KINDS
    assert all(text.startswith("# not verified against the live host\n") for text in EXAMPLES)


def test_every_failure_is_explained_and_every_explained_failure_exists() -> None:
    classes = {
        name
        for name, found in inspect.getmembers(failures, inspect.isclass)
        if issubclass(found, failures.SourceFailure)
    }
    named = set(re.findall(r"^\| `(\w+)` \| (?:unreachable|refused)", PAGE, flags=re.MULTILINE))
    assert named == classes - {"SourceFailure", "TerminalFailure"}


def test_what_the_page_calls_refused_is_what_the_stage_calls_refused() -> None:
    for name, state in re.findall(r"^\| `(\w+)` \| (unreachable|refused)", PAGE, flags=re.MULTILINE):
        assert issubclass(getattr(failures, name), failures.RefusedAnswer) == (state == "refused")


def test_every_key_of_every_connector_is_on_the_page() -> None:
    for model in get_args(get_args(Connector)[0]):
        for key in set(model.model_fields) - {"kind", "lang", "page_rows", "per_page", "base_url", "bundled"}:
            assert f"`{key}" in PAGE or f"\n{key} = " in PAGE, key
