"""What the forms of SLIs, SLOs and budget policies share: the fields of a document, why, and from when."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms

from apps.core.form_fields import DAY_EXAMPLE, DayField, ParagraphField
from apps.governance.domain import frame
from apps.governance.domain.kinds import Item, Op
from apps.governance.domain.revisions import LONGEST_AT_ONCE, LONGEST_REASON, Asked
from apps.objectives.domain.agreed_words import LABELS, LONGEST_SLUG

CONTENT = "/items/0/content"
WHY = ("reason", "category", "on", "at_once_reason")
MIDNIGHT = "A coming day, at whose local midnight it begins. Empty: the first one after the last signature."

Choices = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Group:
    """Fields that belong together on the page; folded where most people leave them as they are."""

    title: str
    names: tuple[str, ...]
    hint: str = ""
    is_folded: bool = False


class LinesField(ParagraphField):
    """One entry a line."""

    def clean(self, value: Any) -> list[str]:
        """The lines that are not empty."""
        return [line.strip() for line in super().clean(value).split("\n") if line.strip()]


class AgreementForm(forms.Form):
    """One version in words: its document, the identity of a new object, the reason and the date."""

    KIND: ClassVar[str]
    DOCUMENT: ClassVar[str]  # where the document stands in the content
    STATEMENT: ClassVar[tuple[str, ...]]  # fields that stand in it as they are typed
    GROUPS: ClassVar[tuple[Group, ...]]
    IDENTITY: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, op: Op, identity: Mapping[str, forms.Field], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.op = op
        # Where a change moves to; its words can be revised, and it still moves.
        self.moves_to = ""
        own = self.fields
        first = {} if op is not Op.CREATE else {"slug": _slug_field(), **identity}
        self.fields = {**first, **own, **_frame_fields()}
        for name in own:
            self.fields[name].label = self.fields[name].label or LABELS.get(name, name)
        for field in self.fields.values():
            if isinstance(field, forms.ChoiceField) and "required" not in field.error_messages:
                field.error_messages["required"] = f"{field.label}: choose one."

    def document(self) -> dict[str, Any]:
        """The document as typed; what was left empty is absent, so that its default holds."""
        return self.filled(*self.STATEMENT)

    def filled(self, *names: str) -> dict[str, Any]:
        """Values of fields that are not empty."""
        return {name: self.cleaned_data[name] for name in names if self.cleaned_data.get(name) not in (None, "", [])}

    def asked(self, slug: str) -> Asked:
        """The ask that this form holds."""
        data = {**self.cleaned_data, "restate_from": None}
        moves = {"owner_team": self.moves_to} if self.moves_to else {}
        identity = self.filled(*self.IDENTITY) if self.op is Op.CREATE else moves
        item = Item(self.KIND, self.op, slug, {**identity, self.DOCUMENT: self.document()})
        return frame.asked_of([item], data)

    def places(self) -> dict[str, str]:
        """Fields by the places of an operation's faults."""
        own = {f"{CONTENT}/{self.DOCUMENT}/{name}": name for name in self.fields}
        identity = {f"{CONTENT}/{name}": name for name in self.IDENTITY}
        return {**own, **identity, "/items/0/key": "slug", "/date": "on", "/reason": "reason"}

    def groups(self) -> Iterator[dict[str, Any]]:
        """The fields of the page in their groups; a group without fields is left out."""
        named = Group("Which one", ("slug", *self.IDENTITY))
        for group in (named, *self.GROUPS, Group("Why, and from when", WHY)):
            fields = [self[name] for name in group.names if name in self.fields]
            if fields:
                is_open = any(field.errors for field in fields) or not group.is_folded
                yield {"title": group.title, "hint": group.hint, "fields": fields, "is_folded": group.is_folded,
                       "is_open": is_open}  # fmt: skip


def _slug_field() -> forms.Field:
    return forms.CharField(
        label="Short name", max_length=LONGEST_SLUG, error_messages={"required": "Enter a short name."},
        help_text="It stays, and tools use it. Such as checkout-availability.",
    )  # fmt: skip


def _frame_fields() -> dict[str, forms.Field]:
    """Why, and from when."""
    return {
        "reason": ParagraphField(
            label=frame.LABELS["reason"], help_text=frame.HINTS["reason"], max_length=LONGEST_REASON, required=False
        ),
        "category": forms.ChoiceField(
            label=frame.LABELS["category"], choices=frame.CATEGORY_CHOICES, initial="new_need"
        ),
        "on": DayField(label=frame.LABELS["on"], help_text=f"{MIDNIGHT} Such as {DAY_EXAMPLE}.", required=False),
        "at_once_reason": forms.CharField(
            label=frame.LABELS["at_once_reason"], max_length=LONGEST_AT_ONCE, required=False,
            help_text="Only where it cannot wait until midnight; it then holds from the start of today.",
        ),
    }  # fmt: skip


def text_field(name: str, hint: str = "", *, rows: int = 2, required: bool = True) -> ParagraphField:
    """A sentence or two."""
    return ParagraphField(label=LABELS[name], help_text=hint, rows=rows, required=required, max_length=1000)


def word_field(name: str, hint: str = "", *, required: bool = True, longest: int = 200) -> forms.CharField:
    """One short line; an exact decimal is typed as text, so that a rule can say the likely fix."""
    return forms.CharField(
        label=LABELS[name], help_text=hint, required=required, max_length=longest,
        error_messages={"required": f"{LABELS[name]}: write something here."},
    )  # fmt: skip


def choice_field(name: str, choices: Choices, hint: str = "") -> forms.ChoiceField:
    """One of a closed list."""
    return forms.ChoiceField(label=LABELS[name], choices=list(choices), help_text=hint, initial=choices[0][0])


def links_field() -> LinesField:
    """Links, one a line."""
    return LinesField(label=LABELS["links"], required=False, rows=2, help_text="One address a line.", max_length=5000)
