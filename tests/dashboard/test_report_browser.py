"""The report in a real browser: axe finds nothing in any case, width or theme, and no page scrolls sideways."""

import os
import re
import shutil
from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import sync_playwright

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text("utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
QUIET += ["--disable-component-update", "--disable-sync"]
VIEWS = [(width, theme) for width in (1280, 390) for theme in ("light", "dark")]


def _chromium():
    names = (os.environ.get("OUTWEIGH_CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    return next((found for name in names if name and (found := shutil.which(name))), None)


@pytest.fixture(scope="module")
def browser():
    executable = _chromium()
    if executable is None and os.environ.get("CI") != "true":
        pytest.skip("no chromium: install it, or name it in OUTWEIGH_CHROMIUM")
    assert executable, "no chromium, and CI must not skip this: install it, or name it in OUTWEIGH_CHROMIUM"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture
def shown(browser, any_case, tmp_path):
    """The report, open in a browser, with what the browser complained of and what it asked the network for."""
    path = tmp_path / "report.html"
    path.write_text(any_case.html(), encoding="utf-8")
    page = browser.new_page()
    page.complaints = []
    page.on("console", lambda message: page.complaints.append(message.text))
    page.on("request", lambda request: page.complaints.append(request.url) if request.url != path.as_uri() else None)
    page.goto(path.as_uri())
    yield page
    page.close()


def _violations(page):
    found = page.evaluate("tags => axe.run(document, {runOnly: tags, resultTypes: ['violations']})", TAGS)
    return [(one["id"], one["nodes"][0]["html"][:200]) for one in found["violations"]]


def test_axe_is_recent():
    major, minor = map(int, re.search(r"axe v(\d+)\.(\d+)", AXE).groups())
    assert (major, minor) >= (4, 10)


@pytest.mark.slow
def test_the_page_is_accessible_and_fits_in_every_view(shown):
    assert shown.complaints == []
    shown.evaluate(AXE)
    shown.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    for width, theme in VIEWS:
        shown.set_viewport_size({"width": width, "height": 900})
        shown.emulate_media(color_scheme=theme)
        assert shown.evaluate("document.documentElement.scrollWidth") <= width, (width, theme)
        assert _violations(shown) == [], (width, theme)


def test_each_width_shows_one_drawing_and_none_of_its_words_is_cut(shown):
    script = """() => [...document.querySelectorAll('main > section:not(#benchmarks) svg.plot')]
        .filter(one => one.getBoundingClientRect().width)
        .map(one => {
            const card = one.closest('.card').getBoundingClientRect();
            const inside = [...one.querySelectorAll('text')].map(text => text.getBoundingClientRect());
            return [one.classList[1], inside.every(box => box.left >= card.left && box.right <= card.right)];
        })"""
    for width, name in ((1280, "wide"), (390, "narrow")):
        shown.set_viewport_size({"width": width, "height": 900})
        drawn = shown.evaluate(script)
        assert drawn
        assert all(one == [name, True] for one in drawn), (width, drawn)


def test_the_first_key_press_offers_to_skip_to_the_report(shown):
    shown.keyboard.press("Tab")
    assert shown.evaluate("document.activeElement.className") == "skip"
    assert shown.evaluate("document.activeElement.getBoundingClientRect().top") >= 0
