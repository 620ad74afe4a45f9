"""The container: every part of tenfold, made when it is first used and handed what it needs.

Knows every part's constructor and nothing of what the parts are used for. A part is named once; its module
is imported when it is made, so a command loads only what it uses. A test that needs another part subclasses
`App`.
"""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tenfold.runtime.foundation import part
from tenfold.runtime.modelling import Modelling
from tenfold.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tenfold.cameras.retention import Retention
    from tenfold.cameras.tables import CameraRow
    from tenfold.inference import Classifier
    from tenfold.inference.server import ModelServer
    from tenfold.jobs import Jobs
    from tenfold.line.stations.tables import StationRow
    from tenfold.observability.drift import DriftWatch
    from tenfold.observability.metrics import Metrics
    from tenfold.observability.tracing import Tracing
    from tenfold.predictions import Prediction
    from tenfold.runtime.watched import Watched
    from tenfold.workflows.classify_job import ClassifyPending
    from tenfold.workflows.compare_job import Compare
    from tenfold.workflows.data.check_data_job import CheckData
    from tenfold.workflows.data.import_data_job import Uploads
    from tenfold.workflows.drafts import TeachDrafts
    from tenfold.workflows.folders.watch_folders import FolderWatcher
    from tenfold.workflows.improve.estimate import ImprovementEstimates
    from tenfold.workflows.improve.improve import Improve
    from tenfold.workflows.improve.improve_job import ImproveJob
    from tenfold.workflows.ingest_job import AddPictures
    from tenfold.workflows.line.overrule import Overrule
    from tenfold.workflows.line.prove_job import Prove
    from tenfold.workflows.line.running import RunningStation
    from tenfold.workflows.model_reports import ModelReports
    from tenfold.workflows.reclassify_job import Reclassify
    from tenfold.workflows.switch_model import InitialModel, ModelSwitch
    from tenfold.workflows.train.estimate import Estimates
    from tenfold.workflows.train.own_data import TrainingData
    from tenfold.workflows.train.train_job import Train
    from tenfold.workflows.tune import Tuned
    from tenfold.workflows.watch_cameras.camera import CameraWatch
    from tenfold.workflows.watch_cameras.model import CameraModels
    from tenfold.workflows.watch_drift import WatchDrift


class App(Modelling):
    """All parts of tenfold, on the database and in the folders that `settings` name.

    Args:
        settings: None: as the environment and the settings' file state them.
        serving: the model that the settings name goes live for all, not only in this process.
    """

    def __init__(self, settings: Settings | None = None, *, serving: bool = False) -> None:
        super().__init__(settings)
        self.serving = serving

    @property
    def notices(self) -> tuple[str, ...]:
        """Notices for the operator, in words: why the live model cannot be used, for example."""
        return tuple(filter(None, [self.model_switch.problem]))

    # The models.

    @part
    def initial_model(self) -> "InitialModel":
        """The model to begin with."""
        from tenfold.inference.trial import try_out
        from tenfold.workflows.switch_model import first

        return first(self.registry, self.settings.model, self.load, try_out, insist=self.serving)

    @part
    def model_server(self) -> "ModelServer":
        from tenfold.inference.server import ModelServer
        from tenfold.inference.tuning import Way

        way = self.tuned.speed.way if self.tuned else Way(self.settings.threads, self.settings.batch_size)
        first = self.initial_model.classifier
        return ModelServer(first, threads=way.threads, batch=way.batch, observe=self._observe)

    @part
    def tuned(self) -> "Tuned | None":
        """How the first model runs fastest here; None unless this is a server that is to measure it."""
        asked = self.serving and self.settings.tune == "yes"
        return self.tune(self.initial_model.classifier) if asked else None

    def _observe(self, model: "Classifier", answers: "Sequence[Prediction]") -> None:
        self.metrics.run(len(answers))
        if model is self.model_server.model:
            self.metrics.predicted(model.sha256, answers)
            self.drift.note(model.sha256, answers)

    @part
    def drift(self) -> "DriftWatch":
        from tenfold.observability.drift import DriftWatch

        return DriftWatch()

    @part
    def watch_drift(self) -> "WatchDrift":
        from tenfold.workflows.watch_drift import DriftMessages, WatchDrift

        messages = DriftMessages(self.database, self.outbox)
        return WatchDrift(self.drift, self.model_server, self.model_reports, messages)

    @part
    def metrics(self) -> "Metrics":
        from tenfold.observability.metrics import Metrics
        from tenfold.runtime.measures import of_app

        metrics = Metrics()
        metrics.add(lambda: of_app(self))
        metrics.add(self.drift.measures)
        return metrics

    @part
    def tracing(self) -> "Tracing | None":
        """What sends traces of requests, where that is set; raises MissingExtra."""
        if not self.settings.otlp_endpoint:
            return None
        from tenfold.observability.tracing import Tracing

        return Tracing(self.settings.otlp_endpoint)

    @part
    def model_switch(self) -> "ModelSwitch":
        from tenfold.inference.trial import try_out
        from tenfold.workflows.switch_model import ModelSwitch

        return ModelSwitch(self.registry, self.model_server, self.load, try_out, self.initial_model)

    @property
    def backbone(self) -> "Path":
        """The model file that own classes are taught from."""
        from tenfold import modelfile

        return modelfile.bundled()

    @part
    def teach_drafts(self) -> "TeachDrafts":
        from tenfold.workflows.drafts import TeachDrafts

        return TeachDrafts(
            self.database,
            self.blobs("drafts"),
            self.backbone,
            self.load,
            lambda: self.model_switch,
            self.limits,
        )

    # Cameras.

    @part
    def watched_cameras(self) -> "Watched[CameraWatch]":
        from tenfold.runtime.services import describe
        from tenfold.runtime.watched import Watched

        began = self.camera_events.cut
        return Watched("cameras", self.cameras, self.jobs, self.watch_camera, describe, began=began)

    @part
    def retention(self) -> "Retention":
        from tenfold.cameras.retention import Retention
        from tenfold.workflows.watch_cameras.entries import delete_entries

        return Retention(
            self.cameras,
            self.camera_events,
            self.clips,
            self.blobs("events"),
            reserve=self.settings.clips_free_bytes,
            forget=partial(delete_entries, self.ingest, self.actions, self.eraser),
        )

    @part
    def camera_models(self) -> "CameraModels":
        from tenfold.workflows.watch_cameras.model import CameraModels

        return CameraModels(self.model_server, self.registry, self.load)

    def watch_camera(self, row: "CameraRow") -> "CameraWatch":
        """What watches one camera; raises MissingExtra."""
        from tenfold.cameras import sources

        sources.require()
        from tenfold.workflows.watch_cameras.camera import CameraWatch, EventParts

        parts = EventParts(
            self.camera_events,
            self.clips,
            self.blobs("events"),
            self.ingest,
            self.jobs,
            self.model_server,
            self.camera_models,
            self.retention.room,
        )
        return CameraWatch(row, parts)

    # Stations.

    @part
    def running_stations(self) -> "Watched[RunningStation]":
        from tenfold.runtime.services import describe
        from tenfold.runtime.watched import Watched

        return Watched("stations", self.stations, self.jobs, self.run_station, describe, stop_seconds=8.0)

    def run_station(self, row: "StationRow") -> "RunningStation":
        """What runs one station."""
        from tenfold.workflows.line.running import RunningStation

        trail = self.trail_of(row.id)
        return RunningStation(
            row, trail, self.stations, self.station_orders, self.recipes, self.cameras, self.registry
        )

    @part
    def overrule(self) -> "Overrule":
        from tenfold.workflows.line.overrule import Overrule

        return Overrule(self.ingest, self.actions, self.jobs)

    @part
    def prove(self) -> "Prove":
        from tenfold.workflows.line.prove_job import Prove

        return Prove(self.stations, self.recipes, self.registry, self.load, self.trail_of)

    # Long work.

    @part
    def jobs(self) -> "Jobs":
        from tenfold.jobs import Jobs
        from tenfold.workflows.job_types import handlers

        return Jobs(self.database, handlers(self))

    @part
    def classify_pending(self) -> "ClassifyPending":
        from tenfold.workflows.classify_job import ClassifyPending

        return ClassifyPending(
            self.ingest, self.originals, self.model_server, self.jobs, self.registry.embedding_of
        )

    @part
    def add_pictures(self) -> "AddPictures":
        from tenfold.workflows.ingest_job import AddPictures

        return AddPictures(self.database, self.ingest, self.classify_pending, self.actions, self.files)

    @part
    def folder_watcher(self) -> "FolderWatcher":
        from tenfold.workflows.folders.watch_folders import FolderWatcher

        return FolderWatcher(self.watched_folders, self.add_pictures, self.jobs, self.files)

    @part
    def check_data(self) -> "CheckData":
        from tenfold.workflows.data.check_data_job import CheckData

        return CheckData(self.blobs("checks"), self.settings.data_dir, self.home)

    @part
    def uploads(self) -> "Uploads":
        from tenfold.workflows.data.import_data_job import Uploads

        return Uploads(self.home, self.settings.data_dir, self.files)

    @part
    def estimates(self) -> "Estimates":
        from tenfold.workflows.train.estimate import Estimates

        return Estimates(self.home, self.settings.data_dir, self.files)

    @part
    def improvement_estimates(self) -> "ImprovementEstimates":
        from tenfold.workflows.improve.estimate import ImprovementEstimates

        return ImprovementEstimates(self.registry, self.corrected_entries, self.training_data, self.estimates)

    @part
    def train(self) -> "Train":
        from tenfold.workflows.train.train_job import Train

        return Train(self.registry, self.jobs, self.home, self.settings.data_dir, self.files)

    @part
    def model_reports(self) -> "ModelReports":
        from tenfold.workflows.model_reports import ModelReports

        return ModelReports(self.registry, self.home)

    @part
    def compare(self) -> "Compare":
        from tenfold.workflows.compare_job import Compare

        return Compare(
            self.registry,
            self.load,
            self.files,
            self.blobs("comparisons"),
            self.home.cache,
            self.settings.data_dir,
        )

    @part
    def training_data(self) -> "TrainingData":
        from tenfold.workflows.train.own_data import TrainingData

        return TrainingData(
            self.registry, self.improvements, self.files, self.home, self.settings.data_dir, self.teach_drafts
        )

    @part
    def improve_job(self) -> "ImproveJob":
        from tenfold.workflows.improve.improve_job import ImproveJob

        return ImproveJob(
            self.improvements,
            self.corrected_entries,
            self.originals,
            self.registry,
            self.training_data,
            self.load,
            self.home,
            self.settings.data_dir,
        )

    @part
    def improve(self) -> "Improve":
        from tenfold.workflows.improve.improve import Improve

        return Improve(
            self.improvements,
            self.corrected_entries,
            self.registry,
            self.model_switch,
            self.jobs,
            self.training_data,
            self.improve_job,
            self.home,
            self.corrected_models,
        )

    @part
    def reclassify(self) -> "Reclassify":
        from tenfold.workflows.reclassify_job import Reclassify

        return Reclassify(
            self.reclassifications,
            self.originals,
            self.registry,
            self.jobs,
            self.model_server,
            self.load,
            self.stored_answers,
            self.corrected_models,
        )
