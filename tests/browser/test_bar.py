"""The bar at the top has room in every window, whatever the firm is called."""

import pytest


@pytest.mark.parametrize("width", [901, 1024, 1100, 1250])
def test_a_long_name_pushes_nothing_out_of_the_window(server, open_page, sign_in, axe, alice, acme, width):
    acme.name = "Fjord, Holm & Abildgaard Architects and Landscape Planners"
    acme.save()
    page = open_page(width=width)
    sign_in(page, server, alice)
    page.goto(f"{server}/a/acme/invoices/")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    last = page.get_by_role("navigation").first.get_by_role("link", name="Reports")
    last.focus()  # by keyboard every entry is reached, and comes into view
    box = last.bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= width
    axe(page)
