"""The colours of `tokens.css` keep their contrasts in both themes, and the stylesheets stay small and strict."""

import re
from pathlib import Path

import pytest

from apps.core.gallery import ICONS

STATIC = Path(__file__).parents[3] / "static"
TOKENS = (STATIC / "css" / "tokens.css").read_text()
PAIR = re.compile(r"--([\w-]+): light-dark\((#[0-9A-F]{6}), (#[0-9A-F]{6})\);")
COLOURS = {name: {"light": light, "dark": dark} for name, light, dark in PAIR.findall(TOKENS)}
THEMES = ("light", "dark")
GROUNDS = ("canvas", "surface", "sunken")
STATES = ("good", "bad", "quiet", "note", "alarm")
TEXTS = ("ink", "ink-2", "accent", *STATES, "series-1", "series-2", "series-3", "series-4")


def luminance(colour: str) -> float:
    """Relative luminance of #RRGGBB after WCAG 2.2."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str, theme: str) -> float:
    """(L1 + 0.05) / (L2 + 0.05) of two tokens, the lighter above."""
    high, low = sorted((luminance(COLOURS[name][theme]) for name in (one, other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("text", TEXTS)
def test_text__is_readable_on_every_ground(text: str, ground: str, theme: str) -> None:
    assert contrast(text, ground, theme) >= 5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("state", STATES)
def test_state__is_readable_on_its_own_ground(state: str, theme: str) -> None:
    assert contrast(state, f"{state}-bg", theme) >= 5
    assert contrast("ink", f"{state}-bg", theme) >= 5
    assert contrast("accent", f"{state}-bg", theme) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
def test_primary_button__is_readable(theme: str) -> None:
    assert contrast("on-accent", "accent", theme) >= 5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("ground", [*GROUNDS, "band"])
def test_edge__of_controls_is_visible(ground: str, theme: str) -> None:
    assert contrast("edge", ground, theme) >= 3


def test_contrast__worked_examples() -> None:
    readable = {(t, g): contrast(t, g, "light") for t in STATES for g in GROUNDS}
    assert min(readable, key=readable.__getitem__) == ("bad", "sunken")
    assert round(contrast("bad", "sunken", "light"), 2) == 5.10
    assert round(contrast("edge", "band", "light"), 2) == 3.03


def test_good_and_bad__are_equally_light() -> None:
    assert round(contrast("good", "bad", "light"), 2) == 1.13
    assert round(contrast("good", "bad", "dark"), 2) == 1.02


def test_tokens__hold_every_colour_of_the_other_stylesheets() -> None:
    used = "".join(path.read_text() for path in (STATIC / "css").glob("*.css") if path.name != "tokens.css")
    declared = set(re.findall(r"--([\w-]+):", TOKENS)) | {"s", "chart-ground"}
    assert set(re.findall(r"var\(--([\w-]+)", used)) <= declared
    assert set(re.findall(r"#[0-9A-Fa-f]{3,8}\b", used)) <= {"#7A8480"}


def test_assets__stay_within_their_sizes() -> None:
    assert sum(path.stat().st_size for path in (STATIC / "css").glob("*.css")) <= 40_000
    assert sum(path.stat().st_size for path in (STATIC / "js").glob("*.js")) <= 30_000


def test_sprite__has_a_symbol_for_every_state() -> None:
    from_sprite = set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons" / "sprite.svg").read_text()))
    assert set(ICONS) == from_sprite
