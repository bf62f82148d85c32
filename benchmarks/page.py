"""What the page of the bundled release costs a reader and the night, in one run.

    .venv/bin/python benchmarks/page.py [--rounds 5]

Its size, how long a fresh headless Chromium takes from opening the file to a page that answers (wall, and the
browser's own work), and how long a night takes to render it for the first time and again. Aims: under 3 MB, under 2 s.
Needs Debian's chromium.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from catalog.load import load_catalog
from catalog.settings import Settings
from flows.night import night
from flows.page import page_of

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


def rendered(release: Path, cache: Path) -> float:
    """Wall seconds of rendering the page of a release."""
    started = time.perf_counter()
    page_of(load_catalog(), cache=cache)(release)
    return time.perf_counter() - started


def opened(browser: Browser, file: Path) -> tuple[float, float]:
    """Wall seconds until a fresh reader's page is ready, and seconds of the browser's own work for it."""
    page = browser.new_context().new_page()
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    started = time.perf_counter()
    page.goto(file.as_uri())
    page.wait_for_selector("html[data-ready]", state="attached")
    wall = time.perf_counter() - started
    told = {item["name"]: item["value"] for item in session.send("Performance.getMetrics")["metrics"]}
    page.context.close()
    return wall, float(told["TaskDuration"])


def main() -> None:
    """Make a release, render its page twice, open it a few times, and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder) / "data")
        night(settings, lambda _line: None)
        release = (settings.data / "current").resolve()
        first, again = (rendered(release, Path(folder) / "cache") for _ in range(2))
        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
            pairs = [opened(browser, release / "index.html") for _ in range(rounds)]
            browser.close()
        size = (release / "index.html").stat().st_size
    wall, work = (statistics.median(side) for side in zip(*pairs, strict=True))
    print(f"size           {size / 1e6:6.2f} MB")
    print(f"rendered       {first:6.2f} s at first, {again:.2f} s again")
    print(f"ready          {wall:6.2f} s, {work:.2f} s of it the browser's own work (median of {rounds})")


if __name__ == "__main__":
    main()
