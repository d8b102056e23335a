"""What every view with a form asks of its request, and what every list is narrowed by."""

from django import forms
from django.http import HttpRequest, QueryDict

from lib.addresses import query_of


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent, to bind a form to; None where the page was only asked for.

    Something sent without a word is sent, too: its form says what is missing.
    """
    return request.POST if request.method == "POST" else None


class FilterForm(forms.Form):
    """What a list is narrowed to, as it stands in its address."""

    def address(self, **more: str | None) -> str:
        """The same list, with more said."""
        return query_of({name: self.data.get(name) for name in self.fields} | more)

    def is_filtered(self) -> bool:
        """True when the list may be empty because of what was asked."""
        return any(self.data.get(name) for name in self.fields)
