"""The pictures of an annual report on a telephone: loaded when reached, and no wider than the screen."""

from playwright.sync_api import Page

from tests.browser.conftest import Site


def test_the_pictures_of_a_report_fit_a_telephone(page: Page, neutral_site: Site) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{neutral_site.url}/campus/campus-fictif-des-metiers-du-bien-vieillir/")
    page.locator("main a[href*='/rapports/']").first.click()
    pictures = page.locator("main figure img")
    assert pictures.count() == 2
    for picture in pictures.all():
        picture.scroll_into_view_if_needed()
        page.wait_for_function("image => image.complete && image.naturalWidth > 0", arg=picture.element_handle())
        box = picture.bounding_box()
        assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= 390
