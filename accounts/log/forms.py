"""What somebody kept from the log earlier, to check it against."""

from __future__ import annotations

from django import forms

from audit.candor_verify import MALFORMED, Anchor

NO_ANCHOR = (
    "This is nothing that Candor gave you to keep. An anchor is the line that begins with “candor”, or a signed "
    "checkpoint: paste all of it."
)


class AnchorForm(forms.Form):
    """An anchor, or nothing: the log is checked in itself."""

    anchor = forms.CharField(
        label="An anchor that you kept",
        required=False,
        max_length=20_000,
        help_text="The line that an earlier check or export ended with, or a signed checkpoint.",
        widget=forms.Textarea(attrs={"rows": 2, "class": "mono", "spellcheck": "false", "autocomplete": "off"}),
    )

    def clean_anchor(self) -> str:
        text: str = self.cleaned_data["anchor"].replace("\r\n", "\n")
        try:
            if text:
                Anchor(text)
        except MALFORMED:
            raise forms.ValidationError(NO_ANCHOR) from None
        return text
