"""Home: every file and folder that tenfold keeps for itself, named once. Makes and opens none of them."""

import os
from dataclasses import dataclass
from pathlib import Path

SETTINGS_FILE = "tenfold.toml"


@dataclass(frozen=True)
class Home(os.PathLike[str]):
    """The folder of the setting `home`."""

    folder: Path

    def __fspath__(self) -> str:
        return str(self.folder)

    __str__ = __fspath__

    @property
    def settings(self) -> Path:
        """The settings' file, where no other is named."""
        return self.folder / SETTINGS_FILE

    @property
    def database(self) -> Path:
        """SQLite's file, where no other database is named."""
        return self.folder / "tenfold.db"

    @property
    def backups(self) -> Path:
        """Copies of the database from before each upgrade."""
        return self.folder / "backups"

    @property
    def index(self) -> Path:
        """Indexes of vectors; they are made again where they are missing."""
        return self.folder / "index"

    @property
    def runs(self) -> Path:
        """Training runs, a folder for each."""
        return self.folder / "runs"

    @property
    def improvements(self) -> Path:
        """The datasets of trainings on corrections, while they run."""
        return self.folder / "improvements"

    @property
    def tuning(self) -> Path:
        """How models run fastest here; measured again where it is missing."""
        return self.folder / "tuning.json"

    @property
    def datasets(self) -> Path:
        """The list of datasets that were added."""
        return self.folder / "datasets.json"

    @property
    def data_uploads(self) -> Path:
        """Archives with datasets while they are being sent, a folder for each."""
        return self.folder / "data-uploads"

    @property
    def uploaded_data(self) -> Path:
        """Datasets that were sent, a folder for each."""
        return self.folder / "uploaded-data"

    @property
    def learning_curves(self) -> Path:
        """Runs on parts of a dataset, a folder for each curve."""
        return self.folder / "learning-curves"

    @property
    def data(self) -> Path:
        """Training data, where no other folder is named."""
        return self.folder / "data"

    @property
    def cache(self) -> Path:
        """Decoded datasets; they are made again where they are missing."""
        return self.folder / "cache"

    @property
    def clips(self) -> Path:
        """Video of cameras: a blob store, and in `.writing` what is being written."""
        return self.folder / "clips"

    @property
    def line(self) -> Path:
        """Trails of a production line, a folder for each station."""
        return self.folder / "line"

    @property
    def opcua(self) -> Path:
        """The own certificate and its key for OPC UA."""
        return self.folder / "opcua"

    @property
    def weights(self) -> Path:
        """Downloaded weights of pretrained networks."""
        return self.folder / "weights"

    def blobs(self, name: str) -> Path:
        """The folder of a blob store on this machine: pictures, models, thumbnails, reports."""
        return self.folder / name
