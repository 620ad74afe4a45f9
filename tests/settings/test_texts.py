"""Every setting is explained on the page in all its languages."""

import re

import pytest

from tenfold import settings
from tests.paths import ROOT

TEXTS = ROOT / "frontend/src/settings/texts"


@pytest.mark.parametrize("language", ["en", "uk", "ru"])
def test_the_page_explains_every_setting_and_no_other(language: str) -> None:
    text = (TEXTS / f"{language}.ts").read_text(encoding="utf-8")
    explained = set(re.findall(r"^  help_(\w+):", text, re.M))
    assert explained == {one.name for one in settings.describe()}
