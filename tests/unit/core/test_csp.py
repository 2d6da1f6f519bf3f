"""Every answer carries the policy, and the pages of the product need nothing that it forbids."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.exceptions import SuspiciousFileOperation
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.test import RequestFactory, override_settings

from apps.core.csp import CSP, POLICY, ContentSecurityPolicyMiddleware, build_policy
from apps.core.finders import WHEEL_FILES, WheelFinder, WheelStorage
from apps.core.gallery import gallery_context

TEMPLATES = Path(__file__).parents[3] / "templates"
PAGES = sorted(TEMPLATES.rglob("*.html"))


def answer(response: HttpResponse | None = None) -> HttpResponse:
    def view(request: HttpRequest) -> HttpResponse:
        return response or HttpResponse(request.path)

    return ContentSecurityPolicyMiddleware(view)(RequestFactory().get("/"))


def test_policy__forbids_everything_but_our_own_files() -> None:
    header = answer().headers["Content-Security-Policy"]
    directives = dict(part.split(" ", 1) for part in header.split("; "))
    assert directives["default-src"] == "'none'"
    assert directives["script-src"] == "'self'"
    assert directives["style-src"] == "'self' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
    assert {directives[name] for name in ("frame-ancestors", "base-uri")} == {"'none'"}
    assert {directives[name] for name in ("img-src", "font-src", "connect-src", "form-action")} == {"'self'"}
    for word in ("unsafe-inline", "unsafe-eval", "data:", "blob:", "*", "http"):
        assert word not in header


def test_headers__accompany_the_policy() -> None:
    headers = answer().headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_middleware__leaves_a_policy_that_is_already_set() -> None:
    response = HttpResponse(headers={"Content-Security-Policy": "sandbox"})
    assert answer(response).headers["Content-Security-Policy"] == "sandbox"


@override_settings(SECURE_CSP={"default-src": [CSP.SELF]})
def test_middleware__reads_the_setting_of_the_coming_django() -> None:
    assert answer().headers["Content-Security-Policy"] == "default-src 'self'"


def test_build_policy__keeps_the_order() -> None:
    assert build_policy({"a": ["x", "y"], "b": [CSP.NONE]}) == "a x y; b 'none'"
    assert build_policy(POLICY).startswith("default-src 'none'; ")


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_template__has_nothing_inline(page: Path) -> None:
    text = page.read_text()
    assert not re.search(r"\sstyle=", text)
    assert not re.search(r"\son[a-z]+=", text)
    assert not re.search(r"<style|javascript:", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)


def test_gallery__renders_without_anything_inline() -> None:
    html = render_to_string("portal/gallery.html", {"theme": "dark", **gallery_context()})
    assert 'data-theme="dark"' in html
    assert not re.search(r"\s(style|on[a-z]+)=", html)
    scripts = re.findall(r"<script([^>]*)>", html)
    assert all(" src=" in script or 'type="application/json"' in script for script in scripts)
    assert html.count("<h1") == 1
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert sorted({one for one in ids if ids.count(one) > 1}) == SHARED_FIELD_IDS


# The gallery shows one form twice, right and wrong; no page of the product does.
SHARED_FIELD_IDS = sorted([
    *(f"id_{name}" for name in ("sentence", "starts_on", "reason", "grain", "roles", "restate")),
    *(f"id_{name}_helptext" for name in ("sentence", "starts_on")),
    *(f"id_roles_{i}" for i in range(3)),
])  # fmt: skip


ERROR_PAGES = sorted(path.stem for path in (Path("templates") / "errors").glob("[0-9]*.html"))


@pytest.mark.parametrize("code", ERROR_PAGES)
def test_error_page__stands_alone_with_one_way_on(code: str) -> None:
    html = render_to_string(f"errors/{code}.html", {"request_id": "7f3a9c21"})
    main = html[html.index("<main") : html.index("</main>")]
    assert main.count("<a ") == 1
    assert "7f3a9c21" in main
    assert "!" not in re.sub(r"<[^>]+>", "", main)


@pytest.mark.parametrize("name", WHEEL_FILES)
def test_finder__serves_the_file_of_the_wheel(name: str) -> None:
    found = finders.find(name)
    assert found is not None
    assert Path(found).stat().st_size > 10_000


def test_finder__knows_nothing_else() -> None:
    finder = WheelFinder()
    assert finder.find("vendor/other.js") is None
    assert finder.find("vendor/other.js", find_all=True) == []
    assert finder.check() == []
    assert [name for name, _ in finder.list(["*plotly*"])] == ["vendor/htmx.min.js"]
    with pytest.raises(SuspiciousFileOperation):
        WheelStorage().path("../../etc/passwd")
