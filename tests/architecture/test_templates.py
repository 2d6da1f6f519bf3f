"""Each template is used, each that is asked for exists, and none carries what the policy of the page forbids."""

import ast
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from django.utils.text import slugify

from apps.portal.glossary import list_words
from tests.architecture.source import ROOT, python_files, texts, tree_of

TEMPLATES = ROOT / "templates"
TAG = re.compile(r"{%\s*(?:include|extends)\s+[\"']([^\"']+)[\"']")
BY_VARIABLE = re.compile(r"{%\s*(?:include|extends)\s+(?![\"'])")
# Django asks for these by their status.
BY_DJANGO = frozenset({"400.html", "403.html", "404.html", "500.html"})


def _templates() -> dict[str, str]:
    paths = [path for path in sorted(TEMPLATES.rglob("*")) if path.is_file()]
    return {path.relative_to(TEMPLATES).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def _wanted() -> Iterator[tuple[str, str]]:
    """(who asks, what for); a name with a gap in it is a pattern: errors/*.html."""
    for name, text in _templates().items():
        yield from ((name, wanted) for wanted in TAG.findall(text))
    for path in python_files("apps"):
        yield from ((path.as_posix(), wanted) for wanted in _names(path))


def _names(path: Path) -> Iterator[str]:
    tree = tree_of(path)
    gaps = [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)]
    inside = {id(value) for node in gaps for value in node.values}
    whole = [str(node.value) for node in texts(tree) if id(node) not in inside]
    patterns = ["".join(str(v.value) if isinstance(v, ast.Constant) else "*" for v in node.values) for node in gaps]
    return (name for name in [*whole, *patterns] if re.fullmatch(r"[\w*./-]+\.html", name))


def test_templates__each_has_a_use() -> None:
    wanted = {pattern for _, pattern in _wanted()} | BY_DJANGO
    unused = [name for name in _templates() if not any(fnmatchcase(name, pattern) for pattern in wanted)]
    assert unused == [], "Delete them, or render them."


def test_templates__each_that_is_asked_for_exists() -> None:
    here = list(_templates())
    absent = [f"{who}: {name}" for who, name in _wanted() if not any(fnmatchcase(one, name) for one in here)]
    assert [line for line in absent if "django/" not in line and "admin/" not in line] == []


def test_templates__name_what_they_include() -> None:
    assert [name for name, text in _templates().items() if BY_VARIABLE.search(text)] == []


def test_templates__carry_no_inline_style_script_or_handler() -> None:
    forbidden = re.compile(r"\sstyle=|<style|\son[a-z]+=|<script(?![^>]*\ssrc=)|javascript:", re.IGNORECASE)
    assert [name for name, text in _templates().items() if forbidden.search(text)] == []


def test_templates__trust_no_value() -> None:
    trusted = re.compile(r"\|\s*safe\b|{%\s*autoescape\s+off|\|\s*safeseq\b")
    assert [name for name, text in _templates().items() if trusted.search(text)] == []


def test_templates__link_only_words_that_the_glossary_explains() -> None:
    known = {slugify(item["word"]) for item in list_words()}
    linked = [
        (name, slugify(entry or word))
        for name, text in _templates().items()
        for word, entry in re.findall(r'{%\s*term\s+"([^"]+)"(?:\s+"([^"]+)")?\s*%}', text)
    ]
    assert len(linked) == sum(text.count("{% term ") for text in _templates().values())
    assert [(name, anchor) for name, anchor in linked if anchor not in known] == []
    assert len({name for name, _ in linked}) > 10, "Pages link the words they begin with."


def test_static__each_file_of_ours_has_a_use() -> None:
    said = "".join([*_templates().values(), *(p.read_text(encoding="utf-8") for p in python_files("apps", "config"))])
    said += "".join(path.read_text(encoding="utf-8") for path in (ROOT / "static").rglob("*.[cj]s*"))
    files = [path for path in sorted((ROOT / "static").rglob("*")) if path.is_file()]
    assert [path.name for path in files if path.name not in said] == []
