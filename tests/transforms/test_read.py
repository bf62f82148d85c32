"""Bad input, each on a copy of a bundled source: the sentence names the line, what was found, what to do."""

from __future__ import annotations

import pytest

from catalog.contract import Contract, ContractFile
from catalog.load import Catalog
from transforms.mismatch import ContractMismatch
from transforms.read import read_table
from transforms.tidy import tidy

LONG = "kabupaten-mojokerto-kemiskinan"
WIDE = "kota-mojokerto-kemiskinan"


@pytest.fixture
def bundled(contracts: dict[str, ContractFile]) -> dict[str, tuple[bytes, Contract]]:
    return {
        name: ((item.folder / item.contract.connector.path).read_bytes(), item.contract)
        for name, item in contracts.items()
    }


def refusal(data: bytes, contract: Contract) -> ContractMismatch:
    with pytest.raises(ContractMismatch) as caught:
        read_table(data, contract)
    assert caught.value.message.id
    assert caught.value.message.en
    return caught.value


def test_every_bundled_file_is_what_its_contract_says(
    bundled: dict[str, tuple[bytes, Contract]], catalog: Catalog
) -> None:
    for data, contract in bundled.values():
        frame = tidy(read_table(data, contract), contract, catalog)
        readable = frame["value"].notna() | frame["missing_mark"].notna()
        assert readable.all(), contract.id
        assert frame["region_code"].notna().all(), contract.id
        assert (frame["decimals"] == frame["decimals_declared"])[frame["value"].notna()].all(), contract.id


def test_the_line_of_a_figure_is_its_physical_line(
    bundled: dict[str, tuple[bytes, Contract]], catalog: Catalog
) -> None:
    data, contract = bundled[WIDE]
    frame = tidy(read_table(data, contract), contract, catalog)
    lines = data.decode("utf-8-sig").splitlines()
    for row in frame.itertuples():
        cells = lines[row.source_line - 1].split(";")  # type: ignore[operator]
        assert cells[row.column_number - 1] == row.raw  # type: ignore[operator]


def test_thousands_of_persons_become_persons_known_to_half_a_step(
    bundled: dict[str, tuple[bytes, Contract]], catalog: Catalog
) -> None:
    data, contract = bundled["bps-jatim-jumlah-penduduk-miskin"]
    frame = tidy(read_table(data, contract), contract, catalog)
    city = frame[frame["region_code"] == "35.76"].set_index("period")
    assert (int(city.loc["2023", "value"]), int(city.loc["2023", "rounding_step"])) == (7650, 10)
    assert (int(city.loc["2010", "value"]), int(city.loc["2010", "rounding_step"])) == (8900, 100)


def test_a_missing_column_is_named(bundled: dict[str, tuple[bytes, Contract]]) -> None:
    data, contract = bundled[LONG]
    lines = data.decode().splitlines()
    at = lines[0].split(",").index("satuan")
    shorter = "\n".join(",".join(cells[:at] + cells[at + 1 :]) for cells in (line.split(",") for line in lines))
    error = refusal(shorter.encode(), contract)
    assert error.line == 1
    assert "'satuan'" in error.message.id


def test_a_renamed_column_is_named_with_what_was_expected(bundled: dict[str, tuple[bytes, Contract]]) -> None:
    data, contract = bundled[LONG]
    error = refusal(data.replace(b"tahun", b"thn", 1), contract)
    assert "'thn'" in error.message.id
    assert "'tahun'" in error.message.id


def test_an_extra_column_is_refused(bundled: dict[str, tuple[bytes, Contract]]) -> None:
    data, contract = bundled[LONG]
    wider = "\n".join(line + ",x" for line in data.decode().splitlines())
    assert "'x'" in refusal(wider.encode(), contract).message.id


def test_another_delimiter_is_recognised(bundled: dict[str, tuple[bytes, Contract]]) -> None:
    data, contract = bundled[LONG]
    error = refusal(data.replace(b",", b";"), contract)
    assert error.rule == "delimiter"
    assert "titik koma" in error.message.id


def test_another_encoding_names_the_line(bundled: dict[str, tuple[bytes, Contract]]) -> None:
    data, contract = bundled[LONG]
    lines = data.split(b"\n")
    lines[3] = lines[3].replace(b"MOJOKERTO", b"MOJOK\xc9RTO")
    error = refusal(b"\n".join(lines), contract)
    assert (error.rule, error.line) == ("encoding", 4)


def test_a_ragged_row_names_its_line(bundled: dict[str, tuple[bytes, Contract]]) -> None:
    data, contract = bundled[LONG]
    lines = data.decode().splitlines()
    lines[5] = lines[5].rsplit(",", 1)[0]
    error = refusal("\n".join(lines).encode(), contract)
    assert (error.rule, error.line) == ("width", 6)


def test_years_must_follow_each_other(bundled: dict[str, tuple[bytes, Contract]]) -> None:
    data, contract = bundled["bps-jatim-tingkat-pengangguran-terbuka"]
    header, rest = data.split(b"\n", 1)
    error = refusal(header.replace(b"2011", b"2010") + b"\n" + rest, contract)
    assert error.rule == "years"
    assert "2011" in error.message.id


def test_a_figure_after_the_notes_is_not_lost_in_silence(bundled: dict[str, tuple[bytes, Contract]]) -> None:
    data, contract = bundled[WIDE]
    row = data.decode("utf-8-sig").splitlines()[2]
    assert refusal(data.rstrip() + b"\n" + row.encode() + b"\n", contract).rule == "after_footer"


def test_two_tables_in_a_file_are_refused(bundled: dict[str, tuple[bytes, Contract]]) -> None:
    data, contract = bundled[LONG]
    assert refusal(data.rstrip() + b"\n\n" + data, contract).rule in {"blank_row", "width"}
