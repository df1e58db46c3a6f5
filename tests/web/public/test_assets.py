"""The style sheets: light, complete, without the State's marks unless asked for, and readable."""

import gzip
import re
from pathlib import Path

import pytest

from cmq.web import assets


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("assets")
    assets.build(folder)
    return folder


def sheet(folder: Path, theme: str) -> str:
    return (folder / f"{theme}.css").read_text()


@pytest.mark.parametrize("theme", assets.THEMES)
def test_style_sheet_is_light(built: Path, theme: str) -> None:
    assert len(gzip.compress((built / f"{theme}.css").read_bytes())) < 30_000


def test_the_neutral_theme_bears_no_mark_of_the_state(built: Path) -> None:
    neutral = sheet(built, "neutre")
    assert "Marianne" not in neutral and "@font-face" not in neutral and ".fr-logo" not in neutral
    state = sheet(built, "etat")
    assert "@font-face" in state and ".fr-logo" in state


def test_no_outside_address_and_every_file_is_there(built: Path) -> None:
    for theme in assets.THEMES:
        for address in re.findall(r"url\(['\"]?([^)'\"]+)", sheet(built, theme)):
            assert address.startswith("data:") or (built / address).exists(), address


def classes_of(rules: list[assets.Rule]) -> set[str]:
    """Every DSFR class that some rule is about."""
    text = "".join(assets.write(rules))
    return set(re.findall(r"\.(fr-[\w-]+)", re.sub(r":not\([^()]*\)", "", text)))


def test_every_class_of_our_pages_that_the_dsfr_styles_is_kept() -> None:
    used = assets.used_classes()
    whole = list(assets._dsfr_rules("etat"))
    kept = list(assets.prune_classes(whole, used))
    assert classes_of(whole) & used == classes_of(kept) & used
    assert len(classes_of(kept)) < len(classes_of(whole)) / 3


def test_unused_rules_and_properties_are_dropped() -> None:
    rules = assets.parse(
        ".fr-btn{color:var(--a)}.fr-modal,.fr-btn:not(.fr-x){--b:1}:root{--a:var(--c);--c:red;--d:blue}"
    )
    kept = "".join(assets.write(assets.prune_variables(list(assets.prune_classes(rules, frozenset({"fr-btn"}))))))
    assert kept == ".fr-btn{color:var(--a)}\n:root{--a:var(--c);--c:red}\n"


def test_parsing_minds_strings_and_groups() -> None:
    rules = assets.parse('@media print{.a{content:"}"}}.b{background:url("data:x;y,{")}@import "x";.c{d:e}')
    assert [rule.prelude for rule in rules] == ["@media print", ".b", ".c"]
    assert rules[0].inner == (assets.Rule(".a", 'content:"}"'),)
    with pytest.raises(ValueError, match="never closed"):
        assets.parse(".a{b:c")


def _luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("scheme", "ground"), [(0, "#ffffff"), (1, "#161616")])
def test_accents_of_the_neutral_theme_can_be_read(scheme: int, ground: str) -> None:
    part = (assets.STYLES / "theme-neutre.css").read_text().split("@media")[scheme]
    colours = dict(re.findall(r"(--[\w-]+): (#\w{6})", part))
    for shade in ("", "-hover", "-active"):
        if shade != "-active" or scheme == 1:
            assert _contrast(colours[f"--blue-france-sun-113-625{shade}"], ground) >= 4.5
    text, button = colours["--blue-france-975-sun-113"], colours["--blue-france-sun-113-625"]
    assert _contrast(text, button) >= 4.5
    for tint in ("--blue-france-925-125", "--blue-france-950-100", "--blue-france-975-75"):
        assert _contrast(colours["--blue-france-sun-113-625"], colours[tint]) >= 4.5
