"""Forms that two people may send: each carries what it was read with, so that all three texts can be shown."""

from collections.abc import Mapping
from typing import Any

from django import forms

from apps.incidents.domain.conflicts import ThreeTexts, both, differences

REVISION = "revision"


class RememberingForm(forms.Form):
    """A form with a revision; what was read goes along hidden, beside what is typed."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, field in self.fields.items():
            field.show_hidden_initial = name != REVISION

    def meet(self, stands: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The fields on which the two differ, with all three texts; the form goes on from what stands by now.

        It begins with the changed text, with both where both changed a text of several lines, and else with yours.
        """
        now = type(self)(initial=stands)
        names = [name for name in self.fields if name != REVISION]
        base = {name: str(self.data.get(self[name].html_initial_name, "")).replace("\r\n", "\n") for name in names}
        theirs = {name: _typed(now, name) for name in names}
        yours = {name: _typed(self, name) for name in names}
        found = differences(base, theirs, yours)
        typed = {three.name: self._start(three) for three in found}
        remembered = {self[name].html_initial_name: theirs[name] for name in names}
        self.data = {**yours, **typed, **remembered, REVISION: str(stands[REVISION])}
        return [self._shown(three) for three in found]

    def _start(self, three: ThreeTexts) -> str:
        is_long = isinstance(self.fields[three.name].widget, forms.Textarea)
        return both(three) if is_long or three.is_theirs_alone else three.yours

    def _shown(self, three: ThreeTexts) -> dict[str, Any]:
        """The three as words: what was chosen by its label."""
        field = self.fields[three.name]
        words = {str(value): str(label) for value, label in getattr(field, "choices", ())}
        texts = {name: getattr(three, name) for name in ("base", "theirs", "yours")}
        return {"label": field.label, "three": {name: words.get(text, text) for name, text in texts.items()}}


def _typed(form: forms.Form, name: str) -> str:
    value = form[name].value()
    return "" if value is None else str(value).replace("\r\n", "\n")
