"""What a view binds its form to."""

from lib.forms import posted


def test_a_form_sent_without_a_word_is_sent(rf):
    assert posted(rf.get("/?name=Maren")) is None
    assert posted(rf.post("/", {"name": "Maren"})).dict() == {"name": "Maren"}
    empty = posted(rf.post("/"))
    assert empty is not None and not empty
