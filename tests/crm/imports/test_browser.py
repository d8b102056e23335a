"""The import in a browser, with a real worker: from the file to the result, with scripts and without."""

import pytest

from tests.crm.imports.conftest import FOLDER


@pytest.mark.parametrize(
    ("scripts", "width", "name", "rows"),
    [
        (False, 1280, "apple-contacts.vcf", 3),
        (True, 360, "google-contacts.csv", 7),
    ],
)
def test_from_the_file_to_the_result(
    committed, alice, acme, server, open_page, sign_in, axe, celery_worker, shared_files, scripts, width, name, rows
):
    celery_worker("long")
    page = open_page(scripts=scripts, width=width)
    sign_in(page, server, alice)
    page.goto(f"{server}/a/acme/admin/import/")
    page.set_input_files("input[type=file]", str(FOLDER / name))
    steps = [("Upload and look", "Check all rows"), ("Check all rows", f"Import {rows} rows")]
    for button, next_words in [*steps, (f"Import {rows} rows", f"{rows} rows imported, 1 not.")]:
        if scripts:
            axe(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.get_by_role("button", name=button).click()
        page.get_by_text(next_words).wait_for()
    if scripts:
        axe(page)
