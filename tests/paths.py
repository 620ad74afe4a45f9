"""Where tests find what is not theirs: the repository, test data, samples (may be absent)."""

from pathlib import Path

ROOT = Path(__file__).parents[1]
DATA = ROOT / "tests" / "data"
SHARED = ROOT.parent / "shared"
