"""The report in a browser: all of it loads, from its own files, and a reader finds the way."""

import shutil
from zipfile import ZipFile

import pytest
from playwright.sync_api import Locator, Page, expect, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
# in the order of the config
SECTIONS = {"1. smoke": "smoke", "2. smoke_manifold": "smoke_manifold"}
PAGES = ("findings in words", "recommendation")
WAIT = 60_000  # milliseconds: a busy machine is slow and not wrong
expect.set_options(timeout=WAIT)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine: install `chromium`"),
]


@pytest.fixture(scope="module", params=["html", "zip"])
def opened(request, finished, tmp_path_factory):
    """The report, open, in each of its forms, and what it did that it must not do."""
    folder = finished / "results"
    if request.param == "zip":
        unzipped = tmp_path_factory.mktemp("unzipped")
        with ZipFile(folder / "report.zip") as archive:
            archive.extractall(unzipped)
        folder = unzipped / "report"
    faults = []

    def ask(asked):
        own = asked.url.startswith(("data:", "blob:", (folder.as_uri() + "/")))
        return own or faults.append(f"asked for {asked.url}")

    def missed(asked):
        if asked.failure != "net::ERR_ABORTED":  # which leaving a page does
            faults.append(f"did not get {asked.url[:100]}")

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.set_default_timeout(WAIT)
        page.on("request", ask)
        page.on("requestfailed", missed)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "console",
            lambda message: faults.append(message.text) if message.type == "error" else None,
        )
        page.goto((folder / "report.html").as_uri())
        yield page, faults
        browser.close()


@pytest.fixture
def page(opened):
    """The report at its first page; what it did wrong in a test fails the test."""
    page, faults = opened
    page.reload()
    yield page
    found = faults.copy()
    faults.clear()
    assert not found


@pytest.fixture
def shown(finished):
    """The figures and pages of a section."""

    def files(section: str) -> set[str]:
        study = finished / "results" / SECTIONS[section]
        pages = [study / "tables/findings.html", study / "recommendation.html"]
        found = [*study.glob("figures/*.png"), *pages]
        return {path.relative_to(finished).as_posix() for path in found}

    return files


def menu(page: Page, name: str) -> Locator:
    return page.locator("nav").get_by_text(name, exact=True)


def expect_picture(picture: Locator) -> None:
    """Wait until a picture is there and not only its frame."""
    expect(picture).to_be_visible()
    expect(picture).not_to_have_js_property("naturalWidth", 0)


def test_the_methods_come_first_and_from_their_first_line(page):
    first = page.locator(".prose p").first
    expect(first).to_contain_text("Defrost measures how many blocks")
    assert first.bounding_box()["y"] >= 0  # not cut off
    methods = page.locator(".prose").inner_text()
    for paragraph in ("Study smoke.", "Transfer.", "Statistics.", "Findings."):
        assert paragraph in methods
    assert page.locator(".system-message").count() == 0


def test_every_study_has_its_section_in_the_order_of_the_config(page):
    entries = page.locator("nav li").all_inner_texts()
    assert [entry.strip() for entry in entries][-2:] == list(SECTIONS)


@pytest.mark.parametrize("section", SECTIONS)
def test_every_figure_and_page_opens_from_its_section(page, shown, section):
    menu(page, section).click()
    rows = page.locator("nav tbody tr")
    expect(rows.first).to_contain_text(f"{section[0]}a ")
    assert rows.count() == len(shown(section))
    for row in rows.all():
        row.locator("a").first.click()
        if row.inner_text().strip().endswith(PAGES):
            inside = page.locator("iframe").content_frame
            expect(inside.locator("h1")).to_contain_text(SECTIONS[section])
            expect(inside.locator("table, .answer").first).to_be_visible()
        else:
            expect_picture(page.locator("div.p-3 > img"))
    listed = page.evaluate("(section) => Object.values(categories[section]).flat()", section)
    assert set(listed) == shown(section)


@pytest.mark.parametrize("section", SECTIONS)
def test_every_result_says_how_it_was_made(page, shown, section):
    menu(page, section).click()
    for index in range(len(shown(section))):
        page.locator("nav tbody tr").nth(index).locator("a").last.click()
        made = page.locator("nav .prose")
        expect(made).to_contain_text("How this was made")
        for key in ("rule", "settings", "code", "versions", "device"):
            expect(made).to_contain_text(f'"{key}": ')
        assert page.locator(".system-message").count() == 0
        page.locator("nav li", has_text="Snakemake rule").locator("+ li a").click()
        expect(page.locator("nav table.sourcetable")).to_contain_text("start_log")
        menu(page, section).click()  # in the breadcrumbs: back


def test_every_thumbnail_is_there_and_leads_to_its_result(page, shown):
    results = sorted(path for section in SECTIONS for path in shown(section))
    assert page.locator(".gallery").count() == len(SECTIONS)
    assert page.locator(".gallery a").count() == len(results)
    for picture in page.locator(".gallery img").all():
        expect_picture(picture)
    for small in page.locator(".gallery iframe").all():
        expect(small).to_be_visible()
        expect(small.content_frame.locator("h1")).not_to_be_empty()
    page.locator(".gallery").first.get_by_text("similarity by block").click()
    expect(page.locator("nav .prose")).to_contain_text("Similarity of source networks")
    picture = page.locator("div.p-3 > img")
    expect_picture(picture)
    assert picture.bounding_box()["y"] >= 0  # a tall one too begins at its top
    menu(page, "1. smoke").click()
    expect(page.locator("nav tbody tr")).to_have_count(len(shown("1. smoke")))


def test_the_general_pages_open_and_the_way_back_is_there(page):
    menu(page, "Statistics").click()
    for chart in ("#runtimes canvas", "#timeline canvas"):
        expect(page.locator(chart)).to_be_visible()
    menu(page, "About").click()
    page.locator("nav li a", has_text="snakemake").first.click()
    expect(page.locator("pre")).to_contain_text("Permission is hereby granted")
    page.locator("nav nav a").first.click()
    menu(page, "Workflow").click()
    graph = page.locator("#rulegraph canvas")
    expect(graph).to_be_visible()
    assert graph.bounding_box()["height"] > 500
    expect(page.locator(".prose").first).to_contain_text("Transfer.")


def test_a_search_finds_the_figure_of_every_study(page):
    page.locator("nav input").fill("accuracy_by_depth")
    page.locator("nav input").press("Enter")
    expect(page.locator("nav tbody tr")).to_have_count(len(SECTIONS))
