"""What changed between two releases is listed with its reason, by the verb and in the release."""

from __future__ import annotations

import csv
import io

import pyarrow.parquet as pq
import pytest
from support.office import Office

from cli.main import main

WIDE = "kota-mojokerto-kemiskinan"


def ask(office: Office, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    where = ["--data", str(office.settings.data), "--sources", str(office.settings.sources)]
    code = main(["diff", *words, *where])
    told = capsys.readouterr()
    return code, told.out, told.err


def test_a_revision_is_listed_with_what_follows_from_it(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    first = (office.settings.data / "current").resolve().name
    assert ask(office, capsys)[0] == 1, "a first release has nothing to be compared with"
    office.edit(WIDE, lambda text: text.replace("5,77", "5,79"))
    night = office.run()
    second = night.release
    assert (night.exit_code, "dari 5,77 menjadi 5,79" in night.summary_id) == (0, True), "an alarm, not a fault"
    assert "revisi penerbit" in night.summary_id
    assert second != first
    code, out, _ = ask(office, capsys, "--csv")
    rows = {(row["indicator"], row["region_code"]): row for row in csv.DictReader(io.StringIO(out))}
    assert code == 0
    city = rows["poverty_rate", "35.76"]
    assert (city["old"], city["new"], city["reason"]) == ("5.77", "5.79", "revision")
    # 100 x (7,650 + 112,860) / (132,124 + 1,151,633): the city's implied population falls as its rate rises.
    assert rows["poverty_rate", "mojokerto-raya"]["new"] == "9.3873"
    table = pq.read_table(office.settings.data / "current" / "changes.parquet").to_pylist()
    assert {(row["indicator"], row["region_code"]) for row in table} == set(rows)
    code, out, _ = ask(office, capsys, first, str(second).rsplit("-", 1)[1])
    assert "revisi penerbit" in out
    assert out.startswith(f"Dari {first} ke {second}: {len(rows)} nilai gabungan")
    code, out, _ = ask(office, capsys, first, first, "--lang", "en")
    assert (code, "no joint value has changed" in out) == (0, True)
    code, _, err = ask(office, capsys, "2020-01-01")
    assert (code, "'2020-01-01'" in err) == (2, True)
