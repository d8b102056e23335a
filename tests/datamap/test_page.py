from datamap import Party, Subject
from datamap.page import render


def test_the_page_shows_each_subject_with_its_columns(book_with, models_of_toys):
    page = render(book_with(), models_of_toys)
    members = page[page.index("## Members") : page.index("## Contacts")]
    assert "### toys.Contact (keys only)\n" in members
    assert "- Purpose: Showing and billing the hours worked\n" in members
    assert "- Rows of a person: found by `person`\n" in members
    assert "| `note` | free text | from our customer | cleared | yes | masked to its length |" in members
    assert "About nobody: `id`, `project_id`, `locked_at`.\n" in members
    assert "| `first_name` | identity |" not in members
    assert "## Visitors\n\nSomebody who looks at our public pages, known or unknown (44).\n\nNo table yet." in page


def test_every_column_stands_on_the_page(book_with, models_of_toys):
    page = render(book_with(), models_of_toys)
    for model in models_of_toys:
        for answer in book_with().columns_of(model):
            assert f"`{answer.column}`" in page


def test_the_public_table_holds_only_what_we_collect_for_ourselves(book_with, models_of_toys, toys):
    def summary(book):
        page = render(book, models_of_toys)
        return page[page.index("## In short") : page.index("## Visitors")]

    assert "Identifiers" not in summary(book_with())
    ours = book_with(toys.Member, subject=Subject.ACCOUNT_HOLDER, party=Party.CONTROLLER)
    row = "| Identifiers | directly from you | contact details, identity | Knowing who works here |"
    assert row in summary(ours)
    assert "free text" not in summary(ours)


def test_the_same_map_prints_the_same_page(book_with, models_of_toys):
    assert render(book_with(), models_of_toys) == render(book_with(), models_of_toys[::-1])
