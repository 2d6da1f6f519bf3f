"""Where a request goes on once the thing it names has another short name."""

from django.http import HttpRequest
from django.urls import reverse

from apps.core.problems import Moved


def new_address(request: HttpRequest, moved: Moved) -> str:
    """The same address with the present short name wherever the former one stood alone."""
    match = request.resolver_match
    if match is None:
        return request.get_full_path()
    named = {key: moved.new if value == moved.old else value for key, value in match.kwargs.items()}
    asked = request.GET.copy()
    for key, values in asked.lists():
        asked.setlist(key, [moved.new if value == moved.old else value for value in values])
    path, query = reverse(match.view_name, kwargs=named), asked.urlencode()
    return f"{path}?{query}" if query else path
