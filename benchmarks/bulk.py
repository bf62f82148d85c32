"""What a night costs at ten million figures, beside other ways to load the same files, in one run, as ratios.

    make bulk                                        (fetches dlt into build/bulk first)
    .venv/bin/python benchmarks/bulk.py [--files 60] [--report docs/bulk.md]

60 CSV files of 163,200 figures (bulk_office.py). The floor: DuckDB alone, read_csv to zstd parquet, nothing judged.
Plain: pandas, Great Expectations over every row, DuckDB and parquet, as one would write it in an afternoon. dlt to
DuckDB and parquet, nothing judged. Ours: a whole night (read by contract, all gates, vintages, lineage, joint tables, a
release that is read back in both forms), then a night on which one file has changed, and one on a sixth of the files
for linearity. Each way runs in a process of its own; times are without imports, memory is that of the largest process.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from bulk_office import FIRST, PLACES, YEARS, BulkOffice, make_office, places_of, write_file  # noqa: E402

PEERS = ROOT / "build" / "bulk"
NAMES = {
    "floor": "bare DuckDB: `read_csv` to zstd parquet",
    "plain": "pandas, Great Expectations, DuckDB, parquet, written plainly",
    "dlt": "dlt to DuckDB and parquet, nothing judged",
    "first": "ours, the first night",
    "second": "ours, one file changed",
    "small": "ours, a sixth of the files",
}


def floor(office: BulkOffice, out: Path) -> Callable[[], object]:
    """DuckDB alone."""
    import duckdb

    sql = f"""
        COPY (
            FROM read_csv('{office.root}/sources/simulasi/*.csv', delim = ';', header = true, decimal_separator = ',',
                columns = {{'kode_wilayah': 'VARCHAR', 'nama_wilayah': 'VARCHAR', 'tahun': 'INTEGER',
                    'satuan': 'VARCHAR', 'nilai': 'DECIMAL(18, 6)'}})
        ) TO '{out}/floor.parquet' (FORMAT parquet, COMPRESSION zstd)
    """
    return lambda: duckdb.sql(sql)


def plain(office: BulkOffice, out: Path) -> Callable[[], object]:
    """What one would write in an afternoon: every row judged by six expectations, file by file."""
    import duckdb
    import great_expectations as gx
    import pandas as pd
    from great_expectations import expectations as gxe

    context = gx.get_context(mode="ephemeral")
    asset = context.data_sources.add_pandas("bulk").add_dataframe_asset("frame")
    batches = asset.add_batch_definition_whole_dataframe("whole")
    codes = list(places_of(office.root / "catalog", PLACES)["code"])

    def suite(unit: str) -> gx.ExpectationSuite:
        rules = [
            gxe.ExpectColumnValuesToNotBeNull(column="nilai"),
            gxe.ExpectColumnValuesToBeBetween(column="nilai", min_value=0),
            gxe.ExpectColumnValuesToBeInSet(column="kode_wilayah", value_set=codes),
            gxe.ExpectColumnValuesToBeBetween(column="tahun", min_value=FIRST, max_value=FIRST + YEARS - 1),
            gxe.ExpectColumnValuesToBeInSet(column="satuan", value_set=[unit]),
            gxe.ExpectCompoundColumnsToBeUnique(column_list=["kode_wilayah", "tahun"]),
        ]
        return gx.ExpectationSuite(name="bulk", expectations=rules)

    def run() -> None:
        con = duckdb.connect(str(out / "plain.duckdb"))
        for number, path in enumerate(office.files):
            frame = pd.read_csv(path, sep=";", decimal=",", dtype={"kode_wilayah": str})
            unit = "persen" if number % 2 else "orang"
            found = batches.get_batch(batch_parameters={"dataframe": frame}).validate(suite(unit))
            if not found.success:
                raise SystemExit(f"{path.name}: {found}")
            frame["source"] = path.stem
            con.register("frame", frame)
            con.execute("CREATE TABLE IF NOT EXISTS figure AS SELECT * FROM frame LIMIT 0")
            con.execute("INSERT INTO figure SELECT * FROM frame")
            con.unregister("frame")
        con.execute(f"COPY figure TO '{out}/plain.parquet' (FORMAT parquet, COMPRESSION zstd)")
        con.close()

    return run


def load_with_dlt(office: BulkOffice, out: Path) -> Callable[[], object]:
    """The dlt way: arrow tables into DuckDB, the loader's own parquet kept."""
    sys.path.insert(0, str(PEERS))
    os.environ.update(DLT_DATA_DIR=str(out / "dlt"), RUNTIME__DLTHUB_TELEMETRY="false", RUNTIME__LOG_LEVEL="ERROR")
    import dlt
    import duckdb
    import pyarrow.csv as pa_csv

    def run() -> None:
        options = pa_csv.ParseOptions(delimiter=";")
        convert = pa_csv.ConvertOptions(decimal_point=",", column_types={"kode_wilayah": "string", "nilai": "float64"})

        @dlt.resource(name="figure", write_disposition="replace")
        def figures() -> object:
            for path in office.files:
                yield pa_csv.read_csv(path, parse_options=options, convert_options=convert)

        target = dlt.destinations.duckdb(str(out / "dlt.duckdb"))
        pipeline = dlt.pipeline("bulk", destination=target, dataset_name="bulk", pipelines_dir=str(out / "dlt"))
        pipeline.run(figures(), loader_file_format="parquet")
        with duckdb.connect(str(out / "dlt.duckdb"), read_only=True) as con:
            con.execute(f"COPY bulk.figure TO '{out}/dlt.parquet' (FORMAT parquet, COMPRESSION zstd)")

    return run


def ours(office: BulkOffice, _out: Path) -> Callable[[], object]:
    """A whole night, with the processes that read beside it as `mojoraya run` has them."""
    import gc
    import importlib

    from flows.night import night
    from flows.readers import WARM, Readers
    from flows.run import COLLECT_RARELY

    gc.set_threshold(COLLECT_RARELY)
    for name in WARM:
        importlib.import_module(name)

    def run() -> None:
        # Nothing but the imports is free: contracts and catalog are read here.
        readers = Readers.warm(office.settings)
        outcome = night(office.settings, lambda _line: None, readers)
        if outcome.exit_code != 0:
            raise SystemExit(outcome.summary("en"))
        if readers:
            readers.stop()

    return run


WAYS = {"floor": floor, "plain": plain, "dlt": load_with_dlt, "first": ours, "second": ours, "small": ours}


def in_this_process(way: str, root: Path, out: Path) -> None:
    """Import, run, and print seconds and the memory of the largest process as JSON."""
    out.mkdir(parents=True, exist_ok=True)
    run = WAYS[way](BulkOffice(root), out)
    begun = time.perf_counter()
    run()
    seconds = time.perf_counter() - begun
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(json.dumps({"seconds": seconds, "megabytes": peak / 1024}))


def measured(way: str, root: Path) -> dict[str, float] | None:
    """Seconds and megabytes of one way in a process of its own; None when it cannot be run here."""
    if way == "dlt" and not (PEERS / "dlt").is_dir():
        print("dlt is not in build/bulk (make bulk fetches it): left out", file=sys.stderr)
        return None
    out = root / "out" / way
    shutil.rmtree(out, ignore_errors=True)
    asked = [sys.executable, __file__, "--way", way, "--root", str(root)]
    ended = subprocess.run(asked, capture_output=True, text=True, check=False)
    if ended.returncode:
        print(f"{way} failed: {ended.stderr[-2000:] or ended.stdout[-2000:]}", file=sys.stderr)
        return None
    shutil.rmtree(out, ignore_errors=True)
    found: dict[str, float] = json.loads(ended.stdout.splitlines()[-1])
    print(f"{NAMES[way]:<62}{found['seconds']:8.1f} s {found['megabytes']:8.0f} MB", flush=True)
    return found


def compared(files: int, folder: Path) -> dict[str, dict[str, float] | None]:
    """All ways over the same files, one after the other."""
    office = make_office(folder / "large", files)
    found = {way: measured(way, office.root) for way in ("floor", "plain", "dlt", "first")}
    write_file(office.files[0], places_of(office.root / "catalog", PLACES), 0, revised=40)
    found["second"] = measured("second", office.root)
    shutil.rmtree(office.root)
    small = make_office(folder / "small", max(1, files // 6))
    found["small"] = measured("small", small.root)
    return found


def table(files: int, found: dict[str, dict[str, float] | None]) -> str:
    """The measurements as a table in Markdown."""
    floor_seconds = (found["floor"] or {}).get("seconds", float("nan"))
    lines = [
        f"{files} files, {files * PLACES * YEARS:,} figures, {os.cpu_count()} cores.",
        "",
        "| way | seconds | times the floor | largest process |",
        "|--|--:|--:|--:|",
    ]
    for way, told in found.items():
        if told:
            times, size = told["seconds"] / floor_seconds, told["megabytes"] / 1024
            lines.append(f"| {NAMES[way]} | {told['seconds']:.1f} | {times:.1f} | {size:.1f} GB |")
    first, second, small = found["first"], found["second"], found["small"]
    if first and second and small:
        lines += ["", f"The second night took {second['seconds'] / first['seconds']:.2f} of the first."]
        growth = first["seconds"] / small["seconds"]
        lines.append(f"Six times the files took {growth:.1f} times as long.")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure and print; with --report also write the table."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--files", type=int, default=60)
    asked.add_argument("--report", type=Path)
    asked.add_argument("--way", choices=WAYS, help=argparse.SUPPRESS)
    asked.add_argument("--root", type=Path, help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.way:
        in_this_process(given.way, given.root, given.root / "out" / given.way)
        return
    with tempfile.TemporaryDirectory(prefix="mojoraya-bulk-") as folder:
        told = table(given.files, compared(given.files, Path(folder)))
    print(told)
    if given.report:
        given.report.write_text(told, "utf-8")


if __name__ == "__main__":
    main()
