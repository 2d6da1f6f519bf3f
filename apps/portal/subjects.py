"""What an event is about, in words: `metrics.target:5` is "target 5", and opens its own history."""

from typing import Any
from urllib.parse import urlencode

from django.apps import apps

from apps.portal.tables import link


def subject_words(subject: str) -> str:
    """The kind of thing and its number; a subject that is no row reads as it stands."""
    label, _, key = subject.partition(":")
    try:
        name = str(apps.get_model(label)._meta.verbose_name)
    except (LookupError, ValueError):
        return subject
    return f"{name[:1].upper()}{name[1:]} {key}".strip()


def subject_cell(subject: str) -> dict[str, Any]:
    """A cell that leads to everything that happened to the thing."""
    return link(subject_words(subject), f"?{urlencode({'subject': subject})}")
