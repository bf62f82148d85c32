"""The page in a real headless Chromium, opened from a folder as a reader would."""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--no-first-run",
]
# One worker makes the release that all of these read, and one browser serves them.
pytestmark = [
    pytest.mark.xdist_group("release"),
    pytest.mark.trial,
    pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed"),
]


@dataclass
class Seen:
    """An open page, what it complained of and what it asked the network for."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


def visit(browser: Browser, file: Path, width: int = 1280) -> Seen:
    """A fresh reader opens the page."""
    seen = Seen(browser.new_context(viewport={"width": width, "height": 800}).new_page())
    page = seen.page
    page.set_default_timeout(15_000)
    page.on("console", lambda told: seen.complaints.append(told.text) if told.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    page.on("request", lambda asked: seen.requests.append(asked.url))
    page.goto(file.as_uri())
    page.wait_for_selector("html[data-ready]", state="attached")
    return seen


@pytest.fixture(scope="module")
def seen(browser: Browser, release: Path) -> Seen:
    """The page of the bundled release, shared by the tests that put back what they change."""
    return visit(browser, release / "index.html")


@pytest.fixture
def page(seen: Seen) -> Iterator[Page]:
    """The shared page; whatever a test leaves open is closed again."""
    yield seen.page
    if seen.page.locator("#penjelasan").is_visible():
        seen.page.keyboard.press("Escape")
    if seen.page.locator("html").get_attribute("lang") == "en":
        seen.page.click("#language")
    seen.page.set_viewport_size({"width": 1280, "height": 800})


def draw_all(page: Page) -> None:
    """Charts are drawn when they come into view; printing draws those that wait."""
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")


def visible(page: Page, selector: str) -> str:
    return page.locator(selector).first.inner_text()


def test_every_chart_is_drawn_without_a_complaint_or_a_request(seen: Seen) -> None:
    page = seen.page
    draw_all(page)
    assert page.locator(".plot").count() == page.locator(".plot svg").count() > 10
    for domain in ("economy", "services", "poverty"):
        page.click(f"#d-{domain}")
        draw_all(page)
        assert page.locator("#g-deret .plot svg").count() == page.locator("#g-deret .plot").count() > 3
    assert seen.complaints == []
    # A download is a request to the page's own memory; other tests open the page again.
    asked = {url.partition("#")[0] for url in seen.requests if not url.startswith("blob:")}
    assert asked == {page.url.partition("#")[0]}, "the page itself and nothing else"


def test_a_chart_is_drawn_when_it_comes_into_view(browser: Browser, release: Path) -> None:
    page = visit(browser, release / "index.html").page
    assert page.locator("#g-peringkat .plot svg").count() == 0
    page.locator("#g-peringkat").scroll_into_view_if_needed()
    page.wait_for_selector("#g-peringkat .plot svg")
    page.context.close()


def test_nothing_moves_when_a_chart_is_drawn(browser: Browser, release: Path) -> None:
    # A click whose button moves between press and release is lost: readers and tests alike lose it.
    heights = "[...document.querySelectorAll('figure.chart')].map((item) => [item.id, item.offsetHeight])"
    for width in (1280, 360):
        page = visit(browser, release / "index.html", width).page
        for domain in ("economy", "services", "poverty"):
            page.click(f"#d-{domain}")
            before = page.evaluate(heights)
            assert len(before) > 8
            draw_all(page)
            assert page.evaluate(heights) == before, f"{domain} at {width}"
        page.context.close()


def test_the_language_switches_numbers_words_and_charts_and_is_remembered(page: Page) -> None:
    assert visible(page, ".card .big").startswith("8,40")
    page.click("#language")
    assert page.locator("html").get_attribute("lang") == "en"
    assert visible(page, ".card .big").startswith("8.40")
    assert visible(page, "#c-deret-poverty_rate h3").startswith("Poverty rate (percent)")
    assert page.title() == "Indicators of Mojokerto Raya"
    page.reload()
    page.wait_for_selector("html[data-ready]", state="attached")
    assert visible(page, "#c-deret-poverty_rate .alt").startswith("Mojokerto Raya 8.40 (2025)")
    page.click("#language")
    assert visible(page, "#c-deret-poverty_rate .alt").startswith("Mojokerto Raya 8,40 (2025)")


def test_regions_years_and_domains_are_filtered(page: Page) -> None:
    draw_all(page)
    chart = "#c-deret-poverty_rate"
    before = page.locator(f"{chart} .legend li").count()
    page.uncheck("#r-3")
    assert page.locator(f"{chart} .legend li").count() == before - 1
    page.check("#r-3")
    page.select_option("#f-from", "2020")
    rows = csv_of(page, chart)
    assert {row["year"] for row in rows} == {str(year) for year in range(2020, 2026)}
    page.select_option("#f-from", "2010")
    page.click("#d-economy")
    assert page.locator("#c-deret-grdp_growth").count() == 1
    assert page.locator(chart).count() == 0
    page.click("#d-poverty")


def csv_of(page: Page, figure: str) -> list[dict[str, str]]:
    """The rows that a figure offers for download."""
    with page.expect_download() as waiting:
        page.locator(f"{figure} button.csv").first.click()
    raw = Path(waiting.value.path()).read_bytes()
    return list(csv.DictReader(io.StringIO(raw.decode("utf-8"))))


def test_a_chart_offers_the_figures_of_the_release_as_csv(page: Page) -> None:
    rows = csv_of(page, "#c-deret-poverty_rate")
    raya = next(row for row in rows if row["region_code"] == "mojokerto-raya" and row["year"] == "2025")
    assert float(raya["value"]) == pytest.approx(8.4049, abs=0.0001)
    assert raya["obs_status"] == "A"
    assert raya["method"] == "ratio_of_sums"
    assert raya["synthetic"] == "false"
    assert raya["notice"] == "gabungan hitung, bukan angka resmi BPS"


def test_a_provisional_point_is_a_hollow_mark_in_the_colour_of_its_line(page: Page) -> None:
    page.click("#d-economy")
    draw_all(page)
    chart = page.locator("#c-deret-grdp_constant_2010")
    assert "Titik berongga: sementara." in chart.inner_text()
    hollow = chart.locator(".plot path[fill='white']").evaluate_all(
        "marks => marks.map(mark => mark.getAttribute('stroke'))"
    )
    firm = chart.locator(".plot path[stroke-width='2'][fill]").evaluate_all(
        "marks => marks.map(mark => mark.getAttribute('fill'))"
    )
    assert len(hollow) == 3, "Raya, city and regency: 2024"
    assert set(hollow) <= set(firm)
    page.click("#d-poverty")


def test_what_counts_from_january_has_a_line_for_each_year(page: Page) -> None:
    draw_all(page)
    lines = page.locator("#c-program .plot .mark-line path").count()
    assert lines == 3 * 2, "three measures, two years"
    assert page.locator("#c-pengaduan .plot .mark-line path").count() == 4
    assert "garisnya mulai lagi setiap tahun" in page.locator("#c-program").inner_text()


def test_the_villages_of_a_chart_are_all_villages_those_without_an_evaluation_too(page: Page) -> None:
    assert "belum dievaluasi 1" in page.locator("#c-kelas .alt").inner_text()
    assert "belum dievaluasi" in page.locator("#c-kelas .legend").inner_text()
    rows = csv_of(page, "#c-kelas")
    raya = [int(row["units"]) for row in rows if row["region_code"] == "mojokerto-raya" and row["data_year"] == "2024"]
    assert sum(raya) == 322


def test_a_missing_year_is_a_gap_in_the_line_and_an_empty_cell_in_the_csv(page: Page) -> None:
    rows = csv_of(page, "#c-deret-hdi_lf_sp2020")
    empty = [row for row in rows if row["region_code"] == "mojokerto-raya" and row["year"] in {"2022", "2023", "2024"}]
    assert empty
    assert all(row["value"] == "" and row["null_reason"] for row in empty)


def test_no_cell_of_a_csv_can_run_as_a_formula(page: Page) -> None:
    # The functions are private to the page's script; its text is run again with a cell of our own.
    script = page.evaluate("[...document.scripts].at(-1).textContent")
    source = re.search(r"function cell\(value\) \{.*?\n\}", script, flags=re.DOTALL)
    assert source is not None
    cells = page.evaluate(
        f"(() => {{ {source[0]}; return ['=1+1', '+1', '-2', '@A1', '\\tx', 'a,b', -5, null].map(cell); }})()"
    )
    assert cells == ["'=1+1", "'+1", "'-2", "'@A1", "'\tx", '"a,b"', "-5", ""]


def test_a_table_sorts_by_number_and_tells_so(page: Page) -> None:
    head = page.locator("#target th", has_text="Capaian")
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    found = page.locator("#target tbody tr td:nth-child(7)").evaluate_all("cells => cells.map(cell => cell.dataset.v)")
    numbers = [float(value) for value in found if value]
    assert numbers == sorted(numbers)
    assert found[-1] == "", "what is missing stays last"
    head.locator("button").press("Enter")
    assert head.get_attribute("aria-sort") == "descending"
    turned = page.locator("#target tbody tr td:nth-child(7)").evaluate_all("cells => cells.map(cell => cell.dataset.v)")
    assert turned[-1] == ""


def test_a_headline_explains_itself_down_to_the_cells(page: Page) -> None:
    page.locator("[data-explain^='poverty_rate|']").first.press("Enter")
    dialog = page.locator("#penjelasan")
    assert dialog.is_visible()
    assert "100 x (6.770 + 102.670) / " in dialog.inner_text()
    assert "8,3995 sampai 8,4104" in dialog.inner_text()
    assert "kota-mojokerto-kemiskinan.csv" in dialog.inner_text()
    assert "ribu jiwa x 1.000 = jiwa" in dialog.inner_text()
    page.keyboard.press("Escape")
    assert not dialog.is_visible()
    page.click("#language")
    page.locator("[data-explain^='poverty_rate|']").first.click()
    assert "100 x (6,770 + 102,670) / " in dialog.inner_text()
    page.click("#close")
    page.click("#language")


def test_a_point_of_a_chart_and_a_figure_of_its_table_explain_themselves(page: Page) -> None:
    page.locator("#c-deret-poverty_rate").scroll_into_view_if_needed()
    point = page.locator("#c-deret-poverty_rate .plot path[transform]").last
    point.click(force=True)
    assert page.locator("#penjelasan").is_visible()
    page.keyboard.press("Escape")
    page.locator("#c-deret-poverty_rate summary").click()
    page.locator("#c-deret-poverty_rate td button").first.press("Enter")
    assert "Rumus" in page.locator("#penjelasan").inner_text()
    page.keyboard.press("Escape")
    page.locator("#c-deret-poverty_rate summary").click()


def test_examples_are_marked_in_every_chart_and_table_made_of_them(page: Page) -> None:
    for place in ("#c-peta-kelurahan", "#c-kelas", "#c-program", "#c-pengaduan"):
        assert "CONTOH: angka contoh" in visible(page, f"{place} .sample"), place
        rows = csv_of(page, place)
        assert {row["synthetic"] for row in rows} == {"true"}, place
    boxes = page.locator("#g-kelurahan > * > *, #g-layanan > * > *")
    assert boxes.count() == boxes.filter(has_text="CONTOH: angka contoh").count() > 5


def test_a_map_shows_published_figures_without_the_mark(page: Page) -> None:
    page.locator("#m-kelurahan").scroll_into_view_if_needed()
    page.select_option("#m-kelurahan", label="Penduduk menurut sensus (2010)")
    assert page.locator("#c-peta-kelurahan .sample").count() == 0
    rows = csv_of(page, "#c-peta-kelurahan")
    assert len(rows) == 18
    assert all(row["value"] and row["synthetic"] == "false" for row in rows)
    page.select_option("#m-kelurahan", index=0)


def test_ranks_follow_the_choice(page: Page) -> None:
    page.select_option("#p-year", "2025")
    assert "Kota Mojokerto: 6 dari 38" in visible(page, "#c-peringkat .alt")
    assert "Kabupaten Mojokerto: 19 dari 38" in visible(page, "#c-peringkat .alt")
    page.select_option("#p-scope", "1")
    assert "dari 4" in visible(page, "#c-peringkat .alt")
    assert len(csv_of(page, "#c-peringkat")) == 6
    page.select_option("#p-scope", "0")


def test_the_dictionary_is_searched(page: Page) -> None:
    page.fill("#cari-kamus", "garis kemiskinan")
    assert 0 < page.locator(".entry:visible").count() < 10
    page.fill("#cari-kamus", "")
    assert page.locator(".entry:visible").count() > 60


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_nothing_runs_over_the_edge(seen: Seen, width: int, tmp_path: Path) -> None:
    page = seen.page
    page.set_viewport_size({"width": width, "height": 800})
    draw_all(page)
    page.locator("summary").evaluate_all("all => all.forEach(item => { item.parentNode.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator("summary").evaluate_all("all => all.forEach(item => { item.parentNode.open = false; })")
    shot = page.screenshot(path=tmp_path / f"{width}.png")
    assert int.from_bytes(shot[16:20], "big") == width
    page.set_viewport_size({"width": 1280, "height": 800})


def test_the_summary_is_one_sheet_of_a4(page: Page) -> None:
    page.evaluate("document.body.classList.add('sheet-only')")
    sheet = page.pdf(format="A4", prefer_css_page_size=True)
    page.evaluate("document.body.classList.remove('sheet-only')")
    assert sheet.count(b"/Type /Page\n") == 1


def test_axe_has_nothing_serious_to_say(page: Page) -> None:
    page.locator("#c-deret-poverty_rate summary").click()
    # Rows are alike: three of each table and of the dictionary say what hundreds would.
    page.evaluate(
        "document.querySelectorAll('tbody').forEach(body => [...body.rows].slice(3).forEach(row => row.remove()))"
    )
    page.evaluate("[...document.querySelectorAll('.entry')].slice(3).forEach(entry => entry.remove())")
    options = {"resultTypes": ["violations"]}
    found = Axe().run(page, options=options).response["violations"]
    page.locator("[data-explain]").first.click()
    found += Axe().run(page, context="#penjelasan", options=options).response["violations"]
    page.reload()
    page.wait_for_selector("html[data-ready]", state="attached")
    assert [(item["impact"], item["id"]) for item in found if item["impact"] in {"serious", "critical"}] == []


def test_a_small_office_sees_the_same_page_with_empty_sections(browser: Browser, small_night: Path) -> None:
    seen = visit(browser, small_night / "data" / "current" / "index.html", width=360)
    draw_all(seen.page)
    assert seen.complaints == []
    assert seen.page.locator("#c-deret-poverty_rate .plot svg").count() == 1
    for section in ("kelurahan", "layanan"):
        assert "rilis ini tidak memuat" in seen.page.locator(f"#{section}").inner_text().lower()
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 360
    seen.page.context.close()


def test_the_page_of_checks_speaks_both_languages_sorts_and_is_accessible(browser: Browser, release: Path) -> None:
    for width in (1280, 360):
        seen = visit(browser, release / "checks.html", width)
        page = seen.page
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.locator("h1").inner_text() == "Pemeriksaan data"
        page.click("#language")
        assert page.locator("h1").inner_text() == "Checks of the data"
        head = page.locator("th[aria-sort]").nth(1)
        head.locator("button").click()
        assert head.get_attribute("aria-sort") == "ascending"
        if width == 360:
            violations = Axe().run(page).response["violations"]
            assert [item["id"] for item in violations if item["impact"] in {"serious", "critical"}] == []
        assert seen.complaints == []
        assert {url.split(":")[0] for url in seen.requests} == {"file"}
        page.context.close()
