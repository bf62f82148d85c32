"""What the locked packages are licensed under, and whether any of them has a known weakness.

`python deploy/audit.py` writes docs/licences.md anew from the metadata of the installed packages and runs pip-audit
over requirements/test.txt, which holds both locks, where it is on the PATH and the index answers; else it says that it
was skipped. Packages that the index does not know are counted: where it knows none, nothing was looked for. Exit: 0 in
order or skipped, 1 a licence unfit for a public body or a known weakness.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements" / "test.txt"
PAGE = ROOT / "docs" / "licences.md"
NAMED = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", re.MULTILINE)
LONGEST = 60
# Licences that ask more of a public body that runs or changes the software than to keep their text.
UNFIT = re.compile(
    r"AGPL|Affero|SSPL|Server Side Public|BUSL|Business Source|Commons Clause|proprietary", re.IGNORECASE
)
UNKNOWN = "unknown"
# What is unfit or not stated in a package's metadata, and why it may stay.
NOTES = {
    "axe-playwright-python": "MIT, by the LICENSE file in the package; for tests only, with axe-core (MPL-2.0) inside",
}
OFFLINE = ("ConnectionError", "Max retries", "Name or service", "timed out", "ProxyError", "SSLError", "HTTPError")
# What pip-audit says of a package that its index does not know, in its table and in its warnings.
UNKNOWN_TO_INDEX = re.compile(r"Dependency not found on PyPI and could not be audited: ([A-Za-z0-9._-]+)")
HEAD = """\
# Licences of the packages

Written by `make audit` from the metadata of the packages that are installed from the locks in `requirements/`. Packages
that another system would need, and this one has not installed, are not listed. Lisensi paket yang dipakai; ditulis
mesin.

| package | version | licence | note |
|--|--|--|--|
"""


def locked() -> dict[str, str]:
    """Versions of the packages in the lock, by name."""
    return dict(NAMED.findall(LOCK.read_text("utf-8")))


def installed() -> Iterator[tuple[str, str, str]]:
    """Name, version and licence of every locked package that is installed."""
    for name in sorted(locked(), key=str.casefold):
        try:
            found = distribution(name)
        except PackageNotFoundError:
            continue
        yield name, found.version, licence_of(found)


def licence_of(package: Distribution) -> str:
    """The licence that a package states: as an expression, in its classifiers, or in words; else "unknown"."""
    data = package.metadata
    stated = [text.rpartition(" :: ")[2] for text in data.get_all("Classifier") or () if text.startswith("License ::")]
    stated = [text for text in stated if text != "OSI Approved"]
    words = (data.get("License") or "").strip().split("\n")[0]
    short = words if len(words) <= LONGEST else f"{words[:LONGEST]}..."
    told = data.get("License-Expression") or ", ".join(stated) or short
    return told.replace("|", "/") or UNKNOWN


def faults() -> list[str]:
    """One sentence for every package whose licence is unfit or unknown and has no note."""
    return [
        f"{name}: the licence is {licence}; replace the package, or say in NOTES of deploy/audit.py why it may stay"
        for name, _, licence in installed()
        if (licence == UNKNOWN or UNFIT.search(licence)) and name not in NOTES
    ]


def page() -> str:
    """The text of docs/licences.md."""
    rows = (f"| {name} | {version} | {licence} | {NOTES.get(name, '')} |" for name, version, licence in installed())
    return HEAD + "\n".join(rows) + "\n"


def weaknesses() -> tuple[bool, str]:
    """Whether the lock has no known weakness, as far as could be asked, and what pip-audit said."""
    tool = shutil.which("pip-audit")
    if tool is None:
        return True, "pip-audit is not installed: known weaknesses were NOT looked for (skipped)"
    asked = [tool, "--requirement", str(LOCK), "--require-hashes", "--disable-pip", "--progress-spinner", "off"]
    try:
        ended = subprocess.run(asked, capture_output=True, text=True, timeout=300, check=False)
    except subprocess.TimeoutExpired:
        return True, "pip-audit had no answer within five minutes: known weaknesses were NOT looked for (skipped)"
    told = f"{ended.stdout}\n{ended.stderr}".strip()
    if ended.returncode and any(sign in told for sign in OFFLINE):
        return True, "pip-audit could not ask its index: known weaknesses were NOT looked for (skipped)"
    return ended.returncode == 0, not_audited(told)


def not_audited(told: str) -> str:
    """What pip-audit said, and first of how many packages it could say nothing, for it counts those as sound."""
    # What the lock has for other systems is not installed here, and pip-audit leaves it aside.
    wanted = {canonical(name) for name, _, _ in installed()}
    unknown = wanted & {canonical(name) for name in UNKNOWN_TO_INDEX.findall(told)}
    if not unknown:
        return told
    if unknown == wanted:
        return "the index of pip-audit knows none of the packages: known weaknesses were NOT looked for (skipped)"
    return f"{len(unknown)} of {len(wanted)} packages are not in the index of pip-audit and were NOT audited\n{told}"


def canonical(name: str) -> str:
    """A package's name as an index writes it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def main() -> int:
    """Write the page, ask for weaknesses, say what was found."""
    PAGE.write_text(page(), "utf-8")
    wrong = faults()
    sound, told = weaknesses()
    print("\n".join([*wrong, told]))
    print(f"{sum(1 for _ in installed())} packages, licences in {PAGE.relative_to(ROOT)}")
    return 1 if wrong or not sound else 0


if __name__ == "__main__":
    sys.exit(main())
