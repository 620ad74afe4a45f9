"""Every setting: what there is, where its value comes from, and changing it in the file."""

from tenfold.settings.model import Described, Settings, default_home, describe, expanded, shown, variable
from tenfold.settings.sources import CONFIG_VARIABLE, load, origins

__all__ = [
    "CONFIG_VARIABLE",
    "Described",
    "Settings",
    "default_home",
    "describe",
    "expanded",
    "load",
    "origins",
    "shown",
    "variable",
]
