"""What a training on corrections would come to: its pictures, and by what they are timed."""

import json
from pathlib import Path

import pytest

from tenfold import Classifier
from tenfold.catalogue.edits.corrections import CorrectedEntries, CorrectedPicture, Corrections
from tenfold.images import Limits
from tenfold.models.improvements import Improvements
from tenfold.models.registry import RUN
from tenfold.paths import Home
from tenfold.server_files import ServerFiles
from tenfold.storage.memory import MemoryStore
from tenfold.workflows.drafts import TeachDrafts
from tenfold.workflows.improve.data import MIXTURE
from tenfold.workflows.improve.estimate import ImprovementEstimates
from tenfold.workflows.train.estimate import Estimates
from tenfold.workflows.train.own_data import TrainingData
from tests import tiny
from tests.fakes import LocalRegistry
from tests.runs import run_folders
from tests.shortcuts.tables import new_database

pytest.importorskip("torch", reason="needs the train extra: pip install 'tenfold[train]'")


class Corrected(CorrectedEntries):
    """Twelve corrected cats."""

    def __init__(self) -> None:
        pass

    def read(self) -> Corrections:
        return Corrections(tuple(CorrectedPicture(f"{n:064}", "cat") for n in range(12)))


def test_it_counts_the_views_of_corrected_pictures_and_the_model_s_own(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    files = ServerFiles(home.folder)
    database = new_database(tmp_path / "tenfold.db")
    registry = LocalRegistry(database, home.folder)
    source = tiny.folder(tiny.shades(60), tmp_path / "pictures")
    folder = run_folders.make(home.runs / "one", network="default", model=True)
    tiny.variant(folder / "model.onnx", views="six-wide")
    (folder / "data.json").write_text(json.dumps({"source": str(source), "training": 1000, "side": 32}))
    model = registry.register(folder / "model.onnx", origin=RUN, run="one")
    registry.go_live(model.hash, by=0)
    estimates = Estimates(home, home.folder / "data", files)
    drafts = TeachDrafts(
        database, MemoryStore(), tiny.MODEL, Classifier, lambda: pytest.fail("keeps none"), Limits()
    )
    own = TrainingData(registry, Improvements(database), files, home, home.folder / "data", drafts)
    of = ImprovementEstimates(registry, Corrected(), own, estimates).of
    learned = len(Corrected().read().training())
    # The whole picture, and the squares in the middle and at both ends.
    alone = of(with_own_data=False, epochs=2)
    assert (alone.pictures, alone.epochs, alone.bytes) == (4 * learned, 2, model.bytes)
    # The run took 50 s for an epoch of 1,000 pictures of the same size.
    assert alone.seconds == pytest.approx(2 * 50 * alone.pictures / 1000)
    both = of(with_own_data=True, epochs=None)
    assert both.pictures == estimates.learned_from(str(source)) + 4 * learned
    assert (both.epochs, both.measured) == (4, "run")
    assert both.pictures < MIXTURE.own
    database.close()
