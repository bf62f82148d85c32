from __future__ import annotations

import re

from warehouse.shelf import ReleaseInfo


def page_of(release: ReleaseInfo) -> str:
    return (release.path / "index.html").read_text("utf-8")


def test_the_page_shows_the_joint_figure_in_both_languages_and_says_what_it_is(release: ReleaseInfo) -> None:
    page = page_of(release)
    assert '<span lang="id">9,38</span><span lang="en">9.38</span>' in page
    assert "gabungan hitung, bukan angka resmi BPS" in page
    assert "belum diuji signifikansinya" in page
    assert "rasio jumlah" in page


def test_a_figure_that_does_not_exist_says_why(release: ReleaseInfo) -> None:
    assert "tidak ada dalam sumber yang dibaca" in page_of(release)


def test_the_page_needs_no_other_file_and_links_only_to_the_release(release: ReleaseInfo) -> None:
    page = page_of(release)
    assert not re.search(r'(src|href)="(https?:)?//', page)
    linked = set(re.findall(r'href="([^"]+)"', page))
    assert linked == {path.name for path in release.path.iterdir()}
