"""The long harness: kills at every boundary and at random instants, and every other fault; writes docs/reliability.md.

    python benchmarks/faults.py [--kills 100] [--minutes 60] [--report docs/reliability.md]

Real processes and real kills, on an office of three sources, while three readers look at data/current all the time.
After every kill an undisturbed night must end in the release that a folder never disturbed has, with nothing left over.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(PROJECT), str(PROJECT / "tests"), str(PROJECT / "benchmarks")]

from faults_report import Line, report  # noqa: E402
from support.misfortune import BOUNDARIES, leftovers, look  # noqa: E402
from support.office import copy_sources, quiet  # noqa: E402
from support.zygote import Ended, Zygote  # noqa: E402

from catalog.settings import Settings  # noqa: E402
from flows.night import night  # noqa: E402
from flows.survivors import read_records  # noqa: E402
from flows.verify import verify_all  # noqa: E402

SMALL = ("kota-mojokerto-kemiskinan", "kabupaten-mojokerto-kemiskinan", "bps-jatim-persentase-penduduk-miskin")
KILLED, READERS = -9, 3


class Bench:
    """An office before and after a revision of two sources, copied anew for every fault."""

    def __init__(self, folder: Path, zygote: Zygote) -> None:
        self.folder, self.zygote, self.count = folder, zygote, 0
        self.sources = copy_sources(folder / "sources", SMALL)
        self.before = folder / "before"
        night(Settings(data=self.before, sources=self.sources), quiet)
        path = next(self.sources.rglob(f"{SMALL[0]}.csv"))
        path.write_bytes(path.read_bytes().replace(b"5,77", b"5,78"))
        self.first = look(self.before)
        after = self.copy()
        self.whole = self.night(after)
        self.wanted = look(after)
        self.after = after

    def copy(self) -> Path:
        """A fresh data folder in the state before the revision."""
        self.count += 1
        return Path(shutil.copytree(self.before, self.folder / f"data-{self.count}", symlinks=True))

    def night(self, data: Path, **job: object) -> Ended:
        """One forked night."""
        return self.zygote.run(data, self.sources, **job)

    def heal(self, data: Path) -> tuple[list[str], float]:
        """An undisturbed night, and what it does not leave as promised."""
        ended = self.night(data)
        problems = [] if ended.code == 0 else [f"the next night ended with {ended.code}: {ended.printed[-300:]}"]
        if look(data) != self.wanted:
            problems.append(f"the next night ended in {look(data)}")
        problems += [f"left over: {name}" for name in leftovers(data)]
        problems += [f"{fault.what}: {fault.fault}" for fault in verify_all(Settings(data=data, sources=self.sources))]
        return problems, ended.seconds

    @contextmanager
    def readers(self, data: Path, problems: list[str]) -> Iterator[None]:
        """Three readers that look on; what any of them saw amiss is added to `problems`."""
        until = data.with_name(f"{data.name}.until")
        running = [
            self.zygote.start(data, self.sources, do="read", until=str(until), pause=0.2) for _ in range(READERS)
        ]
        try:
            yield
        finally:
            until.touch()
            for pid in running:
                seen = self.zygote.wait(pid)
                if seen.code or not set(json.loads(seen.printed)) <= {self.first, self.wanted}:
                    problems.append(f"a reader: {seen.printed[-300:]}")


def sentence(ended: Ended, said: str) -> list[str]:
    """What is wrong with how a starved night was told."""
    problems = [] if ended.code == 1 else [f"ended with {ended.code}"]
    problems += ["a traceback was shown"] if "Traceback" in ended.printed else []
    return problems + ([] if said in ended.printed else [f"not said: {said}; {ended.printed[-300:]}"])


def at_boundaries(bench: Bench) -> Line:
    """Every boundary, one after the other in one folder, each followed by the next kill; healed at the end."""
    line = Line(
        f"`kill -9` at {len(BOUNDARIES)} boundaries of a night, one after the other", "healed by the next night"
    )
    data, seen = bench.copy(), list[str]()
    with bench.readers(data, seen):
        for boundary in BOUNDARIES:
            ended = bench.night(data, misfortune={"kill_at": boundary})
            line.note([] if ended.code == KILLED else [f"{boundary} was not reached"])
        problems, seconds = bench.heal(data)
    line.note(problems + seen, seconds)
    return line


def at_random(bench: Bench, kills: int, until: float) -> Line:
    """Kills at random instants, each healed by an undisturbed night."""
    line = Line("`kill -9` at a random instant of a night", "healed by the next night")
    chance = random.Random(20261122)
    for _ in range(kills):
        if time.monotonic() > until:
            break
        data, problems = bench.copy(), list[str]()
        with bench.readers(data, problems):
            bench.night(data, kill_after=chance.uniform(0, bench.whole.seconds))
            found, seconds = bench.heal(data)
        line.note(problems + found, seconds)
        shutil.rmtree(data)
    return line


def of_other_work(bench: Bench, kills: int) -> Iterator[Line]:
    """Kills while an operator's other work is done: rebuild and rollback."""
    chance = random.Random(7)
    for work, outcome in (("rebuild", "healed by the next night"), ("rollback", "decided or not, never half")):
        line = Line(f"`kill -9` at a random instant of `{work}`", outcome)
        for _ in range(kills):
            data, problems = (
                Path(shutil.copytree(bench.after, bench.copy().with_name(f"w{bench.count}"), symlinks=True)),
                [],
            )
            longest = bench.whole.seconds if work == "rebuild" else 0.4
            with bench.readers(data, problems):
                bench.night(data, do=work, kill_after=chance.uniform(0, longest))
                ended = bench.night(data)
            problems += [] if ended.code in {0, 3} else [ended.printed[-300:]]
            problems += [] if work == "rollback" or look(data) == bench.wanted else [look(data)]
            line.note(problems + [f"left over: {name}" for name in leftovers(data)], ended.seconds)
        yield line


def starved(bench: Bench) -> Iterator[Line]:
    """A disk that is full or read-only, limits of the machine, and a clock that goes back."""
    full, closed = "Diska folder data penuh", "Folder data tidak dapat ditulis"
    with tmpfs(bench.folder / "disk") as disk:
        if disk is None:
            yield Line("disk full and read-only on a tmpfs", "not tried: this machine lets nobody mount one")
        else:
            yield on_small_disk(bench, disk, full)
            line, data = Line("data folder read-only (a tmpfs remounted)", "sentence, exit code 1"), disk / "data"
            shutil.rmtree(data, ignore_errors=True)
            shutil.copytree(bench.before, data, symlinks=True)
            mount(disk, "remount,ro")
            line.note(sentence(bench.night(data), closed))
            mount(disk, "remount,rw")
            problems, seconds = bench.heal(data)
            line.note(problems, seconds)
            yield line
    for name, misfortune, said in (
        (
            "the largest file limited to 10 kB, 100 kB",
            [{"largest": n} for n in (10_000, 100_000)],
            full,
        ),
        ("out of file descriptors: 8, 12, 16", [{"files": n} for n in (8, 12, 16)], "Terlalu banyak berkas terbuka"),
    ):
        line = Line(name, "sentence, exit code 1; healed by the next night")
        for item in misfortune:
            data = bench.copy()
            told = sentence(bench.night(data, misfortune=item), said)
            problems, seconds = bench.heal(data)
            line.note(told + problems, seconds)
        yield line
    line, data = Line("clock 400 days behind", "published; the next night changes nothing"), bench.copy()
    ended = bench.night(data, misfortune={"clock": 400})
    stands = look(data)
    again = bench.night(data)
    fine = (ended.code, again.code) == (0, 0) and look(data) == stands
    line.note([] if fine else [again.printed[-300:]], again.seconds)
    yield line


def on_small_disk(bench: Bench, disk: Path, said: str) -> Line:
    """Less and less room on a disk of its own."""
    line = Line("disk full (a tmpfs with 0 B to 12 MB left)", "sentence, exit code 1; healed by the next night")
    for room in (0, 8_192, 65_536, 300_000, 1_000_000, 2_000_000, 4_000_000, 8_000_000, 12_000_000):
        data = disk / "data"
        shutil.rmtree(data, ignore_errors=True)
        mount(disk, "remount,size=1g")
        shutil.copytree(bench.before, data, symlinks=True)
        used = sum(path.lstat().st_blocks * 512 for path in disk.rglob("*"))
        mount(disk, f"remount,size={(used + room) // 4096 * 4096}")
        problems: list[str] = []
        with bench.readers(data, problems) if room > 100_000 else quiet_readers():
            ended = bench.night(data)
        # With the most room it may be enough.
        told = [] if ended.code == 0 else sentence(ended, said)
        mount(disk, "remount,size=1g")
        found, seconds = bench.heal(data)
        line.note(told + problems + found, seconds)
    return line


@contextmanager
def quiet_readers() -> Iterator[None]:
    """No readers: they would leave their own mark on a disk without room."""
    yield


@contextmanager
def tmpfs(folder: Path) -> Iterator[Path | None]:
    """A disk of its own, or None where nobody may mount one."""
    folder.mkdir()
    tool = shutil.which("mount") or "mount"
    if subprocess.run([tool, "-t", "tmpfs", "tmpfs", str(folder)], check=False, capture_output=True).returncode:
        yield None
        return
    try:
        yield folder
    finally:
        subprocess.run([shutil.which("umount") or "umount", "-l", str(folder)], check=True)


def mount(folder: Path, options: str) -> None:
    """Mount a disk anew with other options."""
    subprocess.run([shutil.which("mount") or "mount", "-o", options, str(folder)], check=True)


def together(bench: Bench) -> Line:
    """Two nights at once: one publishes, the other says who runs."""
    line, data = Line("two nights at once", "one publishes, the other says who runs since when"), bench.copy()
    pids = [bench.zygote.start(data, bench.sources) for _ in range(2)]
    ended = [bench.zygote.wait(pid) for pid in pids]
    said = [item for item in ended if item.code == 1 and "sedang menjalankan malam" in item.printed]
    problems = [] if sorted(item.code for item in ended) == [0, 1] and said else [item.printed[-200:] for item in ended]
    found, seconds = bench.heal(data)
    line.note(problems + found, seconds)
    return line


def damaged(bench: Bench) -> Iterator[Line]:
    """A flipped byte in every file of a folder's kinds: found by verify, mended by a rebuild or by the next night."""
    for name, pattern in (
        ("staging", "staging/*/*.parquet"),
        ("staging verdicts", "staging/*/*.json"),
        ("warehouse", "warehouse.duckdb"),
        ("release", "releases/*/*"),
        ("snapshot", "snapshots/*.csv"),
    ):
        line = Line(f"a flipped byte: {name}", "found by `verify`, mended by the next night or `rebuild`")
        gone = Line(f"a flipped byte: {name} that the publisher no longer has", "found by `verify`: a backup has it")
        earlier = (bench.after / "releases" / bench.first).resolve()
        files = [path for path in sorted(bench.after.glob(pattern)) if not path.resolve().is_relative_to(earlier)]
        held = {path.read_bytes() for path in bench.sources.rglob("*.csv")}
        for source in files:
            path = bench.folder / "spoilt" / source.relative_to(bench.after)
            lost = name == "snapshot" and source.read_bytes() not in held
            (gone if lost else line).note(spoil(bench, path, lost=lost))
        yield line
        if gone.tried:
            yield gone


def spoil(bench: Bench, path: Path, *, lost: bool = False) -> list[str]:
    """Flip one byte, look whether it is found; snapshots are mended by a night, the rest by one rebuild in the end.

    What is `lost` nobody but a backup has, so that it is only to be found.
    """
    data = bench.folder / "spoilt"
    settings = Settings(data=data, sources=bench.sources)
    if not data.exists():
        shutil.copytree(bench.after, data, symlinks=True)
    kept = path.read_bytes()
    spoilt = bytearray(kept)
    spoilt[len(spoilt) // 2] ^= 0x55
    path.write_bytes(bytes(spoilt))
    problems = [] if list(verify_all(settings)) else [f"{path.name}: not found"]
    if lost:
        path.write_bytes(kept)
        return problems
    if path.parent.name == "snapshots":
        bench.night(data)
        return problems + ([] if path.read_bytes() == kept else [f"{path.name}: not mended"])
    if path.name in {"joint_poverty.parquet", "mojoraya.duckdb", "warehouse.duckdb", "tidy.parquet"}:
        bench.night(data, do="rebuild")
        problems += [f"{fault.what}: {fault.fault}" for fault in verify_all(settings)]
    if path.exists():
        path.write_bytes(kept)
    return problems


def flow(bench: Bench) -> Iterator[Line]:
    """The real Prefect flow: killed at three places, and its server killed under it."""
    line = Line("`kill -9` of the real flow at its first line, first fetch, first read", "server gone in 5 s; healed")
    for begins in ("siapkan", "ambil", "baca"):
        data = bench.copy()
        process = started(bench, data, begins)
        (server,) = read_records(data / "prefect")
        process.kill()
        process.communicate()
        deadline = time.monotonic() + 5
        while server.is_alive() and time.monotonic() < deadline:
            time.sleep(0.02)
        problems, seconds = bench.heal(data)
        line.note(problems + (["the server outlived it"] if server.is_alive() else []), seconds)
    yield line
    line, data = (
        Line("the Prefect server killed during the run", "sentence, exit code; healed by the next night"),
        bench.copy(),
    )
    process = started(bench, data, "ambil")
    (server,) = read_records(data / "prefect")
    os.kill(server.pid, 9)
    begun = time.monotonic()
    out, err = process.communicate(timeout=300)
    problems = [] if "Traceback" not in out + err else ["a traceback was shown"]
    problems += (
        [] if process.returncode in {0, 1, 3} and out.strip() + err.strip() else [f"{process.returncode}: {out[-200:]}"]
    )
    line.outcome = (
        f"exit code {process.returncode} after {time.monotonic() - begun:.0f} s, no traceback; healed by the next night"
    )
    found, seconds = bench.heal(data)
    line.note(problems + found, seconds)
    yield line


def started(bench: Bench, data: Path, begins: str) -> subprocess.Popen[str]:
    """The real command, up to its first line that begins so."""
    given = {name: value for name, value in os.environ.items() if name != "PREFECT_API_URL"}
    process = subprocess.Popen(
        [sys.executable, "-m", "cli.main", "run", "--data", str(data), "--sources", str(bench.sources)],
        cwd=PROJECT,
        env=given,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    if process.stdout is None:
        raise RuntimeError("no pipe")
    while not (line := process.stdout.readline()).startswith(begins):
        if not line:
            raise RuntimeError(f"the flow ended before '{begins}'")
    return process


def tried(step: Callable[[], Line | Iterator[Line]]) -> Iterator[Line]:
    """The lines of one step; one that breaks off is a failure like any other, and the next step is tried."""
    try:
        found = step()
        yield from [found] if isinstance(found, Line) else found
    except Exception as error:  # noqa: BLE001 - whatever it is belongs in the report
        line = Line("a step of this harness", "it comes to its end")
        line.note([f"{type(error).__name__}: {error}"], 0.0)
        yield line


def main() -> int:
    """Try everything and write the report; 1 when anything did not go as promised."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--kills", type=int, default=100, help="kills at random instants")
    parser.add_argument("--minutes", type=float, default=60, help="begin no further random kill after this time")
    parser.add_argument("--report", type=Path, default=None, help="where the report goes; stdout by default")
    args = parser.parse_args()
    begun, lines = time.monotonic(), list[Line]()
    with tempfile.TemporaryDirectory() as folder, Zygote() as zygote:
        bench = Bench(Path(folder), zygote)
        steps: list[Callable[[], Line | Iterator[Line]]] = [
            lambda: at_boundaries(bench),
            lambda: at_random(bench, args.kills, begun + args.minutes * 60),
            lambda: of_other_work(bench, max(args.kills // 20, 1)),
            lambda: starved(bench),
            lambda: together(bench),
            lambda: flow(bench),
            lambda: damaged(bench),
        ]
        for step in steps:
            for line in tried(step):
                lines.append(line)
                print(f"{time.monotonic() - begun:6.0f} s  {line.good}/{line.tried}  {line.fault}", flush=True)
                for problem in line.bad[:5]:
                    print(f"          {problem}", flush=True)
                if args.report:
                    args.report.write_text(report(lines, time.monotonic() - begun), "utf-8")
    text = report(lines, time.monotonic() - begun)
    if args.report:
        args.report.write_text(text, "utf-8")
    else:
        print(text)
    return int(any(item.bad for item in lines))


if __name__ == "__main__":
    raise SystemExit(main())
