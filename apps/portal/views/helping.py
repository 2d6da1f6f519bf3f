"""Help: words, roles, what a problem code means, and the gallery of components."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from apps.accounts.domain import ROLE_WORDS
from apps.core.access import Access, access
from apps.core.asking import reads
from apps.core.gallery import gallery_context
from apps.core.problems import REMEDIES, Absent
from apps.portal.glossary import list_words

ROLE_TEXTS = (
    ("member", "a team", "annotations, imports and drafts for the own team"),
    ("tech_lead", "a team or a group", "the same; opens and signs target reviews, the team's sources"),
    ("product_manager", "a team or a group", "the same; signs where the agreement names the product"),
    ("engineering_manager", "a team or a group", "the same; signs target reviews, members and tokens of the team"),
    ("leadership", "a group or the organisation", "every team below; signs target reviews"),
    ("steward", "the organisation", "every team; definitions, the catalogue of services, roles nobody holds"),
    ("admin", "the organisation", "people, roles, tokens of the organisation; signs nothing by being administrator"),
)


@access(Access.SIGNED_IN)
@reads()
def words(request: HttpRequest) -> HttpResponse:
    """The glossary: what the words of this portal mean."""
    return render(request, "portal/words.html", {"heading": "Words", "words": list_words()})


@access(Access.SIGNED_IN)
@reads()
def roles(request: HttpRequest) -> HttpResponse:
    """Who may do what."""
    columns = [{"label": "Role"}, {"label": "Held in"}, {"label": "Beyond reading, works on"}]
    rows = [
        [{"text": ROLE_WORDS[role].capitalize(), "header": True}, {"text": place}, {"text": may}]
        for role, place, may in ROLE_TEXTS
    ]
    table = {"caption": "Roles", "caption_hidden": True, "columns": columns, "rows": rows}
    return render(request, "portal/roles.html", {"heading": "Who may do what", "table": table})


@access(Access.PUBLIC)
@reads()
def problem(request: HttpRequest, code: str) -> HttpResponse:
    """What a problem code of the API means and what to do about it."""
    if code not in REMEDIES:
        raise Absent("not_found", "Nothing is here for you.")
    context = {"heading": code.replace("_", " ").capitalize(), "code": code, "remedy": REMEDIES[code]}
    return render(request, "portal/problem.html", context)


@access(Access.ADMIN)
@reads()
def gallery(request: HttpRequest) -> HttpResponse:
    """Every component in every state."""
    return render(request, "portal/gallery.html", gallery_context())
