"""Downloads of objectives for other tools."""

from django.http import HttpResponse

from apps.core.access import Access, access
from apps.core.asking import PageRequest, reads
from apps.objectives.exporting import agreed_on, openslo_of, rules_of


@access(Access.SHARED_READ)
@reads()
def openslo(_request: PageRequest, slug: str) -> HttpResponse:
    """An SLO with its SLI as OpenSLO v1."""
    return _download(openslo_of([agreed_on(slug)]), f"{slug}.openslo.yaml")


@access(Access.SHARED_READ)
@reads()
def rules(_request: PageRequest, slug: str) -> HttpResponse:
    """Rules for Prometheus of an SLO that is pulled."""
    return _download(rules_of(agreed_on(slug)), f"{slug}.rules.yaml")


def _download(text: str, name: str) -> HttpResponse:
    answer = HttpResponse(text, content_type="application/yaml; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
