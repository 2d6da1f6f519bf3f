"""The subset of Markdown: what is drawn, and that no text becomes a tag of its own."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.markdown import render

TAG = re.compile(r"<(/?)([a-z]+)([^>]*)>")
LINK = re.compile(r' href="https?://[^"<> ]+" rel="nofollow noreferrer"')
KNOWN = {"p", "br", "ul", "ol", "li", "blockquote", "pre", "code", "strong", "em", "a"}


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("One\ntwo\n\nthree", "<p>One<br>two</p><p>three</p>"),
        ("- a\n- b\n  more", "<ul><li>a</li><li>b<br>more</li></ul>"),
        ("1. a\n2. b", "<ol><li>a</li><li>b</li></ol>"),
        ("> said\n> twice", "<blockquote>said<br>twice</blockquote>"),
        ("# Head\nbody", "<p><strong>Head</strong></p><p>body</p>"),
        ("```\n<b>\n- x\n```\nend", "<pre><code>&lt;b&gt;\n- x</code></pre><p>end</p>"),
        ("**a** *b* `**c**`", "<p><strong>a</strong> <em>b</em> <code>**c**</code></p>"),
        ("2 * 3 * 4", "<p>2 * 3 * 4</p>"),
        ("<script>x</script>", "<p>&lt;script&gt;x&lt;/script&gt;</p>"),
        ("[go](javascript:x)", "<p>[go](javascript:x)</p>"),
        ("[go](https://a.example/x?y=1&z=2)",
         '<p><a href="https://a.example/x?y=1&amp;z=2" rel="nofollow noreferrer">go</a></p>'),
        ("see https://a.example/x.",
         '<p>see <a href="https://a.example/x" rel="nofollow noreferrer">https://a.example/x</a>.</p>'),
        ("", ""),
    ],
)  # fmt: skip
def test_render__the_subset(text: str, html: str) -> None:
    assert render(text) == html


@given(st.text(alphabet=st.sampled_from("<>&\"'`*[]()#-1. \n/:htps=onx"), max_size=120) | st.text(max_size=60))
def test_render__only_known_tags_balanced_and_without_attributes_of_the_text(text: str) -> None:
    html = render(text)
    open_tags: list[str] = []
    for closing, name, rest in TAG.findall(html):
        assert name in KNOWN
        assert rest == "" or (
            name == "a" and re.fullmatch(r' href="https?://[^"<> ]+" rel="nofollow noreferrer"', rest)
        )
        if name == "br":
            continue
        if closing:
            assert open_tags.pop() == name
        else:
            open_tags.append(name)
    assert open_tags == []
    assert "<" not in TAG.sub("", html)
