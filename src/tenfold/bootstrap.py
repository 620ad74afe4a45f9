"""Puts tenfold together: the one place where the parts are made and handed to each other.

Knows every part's constructor and nothing of what it is used for. Nothing here happens at import.
"""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from tenfold.accounts.audit import Audit
from tenfold.accounts.logins import Logins
from tenfold.accounts.office import Office
from tenfold.accounts.people import People
from tenfold.accounts.sessions import Sessions
from tenfold.accounts.tokens import Tokens
from tenfold.catalogue.actions import Actions
from tenfold.catalogue.corrected import Corrected
from tenfold.catalogue.duplicates import Duplicates
from tenfold.catalogue.exports import Exports
from tenfold.catalogue.filing import Filer
from tenfold.catalogue.intake import Intake
from tenfold.catalogue.reclassification import Reclassifications
from tenfold.catalogue.review import Review
from tenfold.catalogue.search import Search
from tenfold.catalogue.showing import Showing
from tenfold.catalogue.similar import Similar
from tenfold.catalogue.store import Store
from tenfold.catalogue.watches import Watches
from tenfold.database import Database
from tenfold.database.upgrading import upgrade
from tenfold.images import Limits
from tenfold.inference import Classifier
from tenfold.inference.live import Live
from tenfold.jobs import Handler, Jobs
from tenfold.registry.improvements import Improvements
from tenfold.registry.models import Registry
from tenfold.settings import Settings
from tenfold.work import (
    adding,
    checking_data,
    classifying,
    comparing,
    improving,
    reclassifying,
    switching,
    training,
    watching,
)
from tenfold.work.own_data import OwnData


@dataclass
class House:
    """All of tenfold's parts, at work on one database and one folder.

    notices: what whoever starts it should know, in words.
    """

    settings: Settings
    database: Database
    live: Live
    store: Store
    intake: Intake
    classifying: classifying.Classifying
    adding: adding.Adding
    watching: watching.Watching
    showing: Showing
    actions: Actions
    review: Review
    search: Search
    similar: Similar
    duplicates: Duplicates
    exports: Exports
    filing: Filer
    registry: Registry
    switch: switching.Switch
    training: training.Training
    improving: improving.Improving
    reclassifying: reclassifying.Reclassifying
    compare: comparing.Compare
    people: People
    sessions: Sessions
    tokens: Tokens
    logins: Logins
    audit: Audit
    jobs: Jobs
    notices: tuple[str, ...]

    @property
    def home(self) -> Path:
        return self.settings.home

    def close(self) -> None:
        self.jobs.close()
        self.similar.close()
        self.database.close()


def open_house(settings: Settings, *, classifier: Classifier | None = None, serving: bool = False) -> House:
    """Open everything that `settings` name.

    Args:
        serving: the model that the settings name goes live for all, not only in this process.
        classifier: answers instead of the live model; for tests.

    Raises:
        TenfoldError: the database does not answer or cannot be upgraded, or the model cannot be read.
    """
    database = open_database(settings)
    office = open_office(settings, database)
    limits = Limits(pixels=settings.max_picture_pixels, bytes=settings.max_picture_bytes)
    load = partial(Classifier, threads=settings.threads, limits=limits)
    registry = Registry(database, settings.home / "models")
    classifier, notice = _first(registry, settings, load, classifier, insist=serving)
    live = Live(classifier)
    store = Store(settings.home / "pictures")
    # kind of job -> what does it; may be filled after jobs is made, by parts that ask for jobs themselves.
    handlers: dict[str, Handler] = {}
    jobs = Jobs(database, handlers)
    handlers[checking_data.KIND] = checking_data.CheckData(
        settings.home / "checks", settings.data_dir, settings.home
    )
    train = handlers[training.KIND] = training.Training(registry, settings.home, settings.data_dir)
    compare = handlers[comparing.KIND] = comparing.Compare(registry, load, settings.home, settings.data_dir)
    intake = Intake(database, store, limits)
    classify = handlers[classifying.KIND] = classifying.Classifying(
        intake, store, live, batch=settings.batch_size
    )
    add = handlers[adding.KIND] = adding.Adding(database, intake, classify, home=settings.home)
    watch = watching.Watching(Watches(database), add, jobs, home=settings.home)
    handlers[watching.KIND] = watch
    handlers[watching.LOOK] = watching.Looking(add, home=settings.home)
    switch = switching.Switch(registry, live, load)
    improve = handlers[improving.KIND] = _improving(settings, database, store, registry, switch, jobs, load)
    reclassify = handlers[reclassifying.KIND] = reclassifying.Reclassifying(
        Reclassifications(database), store, registry, jobs, load, batch=settings.batch_size
    )
    return House(
        settings=settings,
        database=database,
        live=live,
        store=store,
        intake=intake,
        classifying=classify,
        adding=add,
        watching=watch,
        showing=Showing(database, store, settings.home / "thumbnails", limits),
        actions=Actions(database),
        review=Review(database),
        search=Search(database),
        similar=Similar(database, settings.home / "index"),
        duplicates=Duplicates(database),
        exports=Exports(database, store),
        filing=Filer(database, store, settings.home),
        registry=registry,
        switch=switch,
        training=train,
        improving=improve,
        reclassifying=reclassify,
        compare=compare,
        people=office.people,
        sessions=office.sessions,
        tokens=office.tokens,
        logins=office.logins,
        audit=office.audit,
        jobs=jobs,
        notices=(notice,) if notice else (),
    )


def _first(
    registry: Registry,
    settings: Settings,
    load: switching.Load,
    given: Classifier | None,
    *,
    insist: bool,
) -> tuple[Classifier, str]:
    """The classifier to begin with, and what is wrong with the live model."""
    if given is None:
        return switching.first(registry, settings.model, load, insist=insist)
    return switching.first(registry, "", lambda path: given, insist=False)


def _improving(
    settings: Settings,
    database: Database,
    store: Store,
    registry: Registry,
    switch: switching.Switch,
    jobs: Jobs,
    load: switching.Load,
) -> improving.Improving:
    improvements = Improvements(database)
    return improving.Improving(
        improvements,
        Corrected(database),
        store,
        registry,
        switch,
        jobs,
        OwnData(registry, improvements, settings.home, settings.data_dir),
        load,
        home=settings.home,
        data_dir=settings.data_dir,
    )


def open_database(settings: Settings) -> Database:
    """The database that `settings` name, with its tables up to date; raises DatabaseError."""
    database = Database(settings.database_url or f"sqlite:///{settings.home / 'tenfold.db'}")
    database.check()
    upgrade(database, settings.home / "backups" if settings.upgrade_backup == "yes" else None)
    return database


def open_office(settings: Settings, database: Database) -> Office:
    """What has to do with people, without the rest of the house."""
    return Office(
        database,
        settings.home,
        idle=timedelta(minutes=settings.session_idle_minutes),
        lasting=timedelta(hours=settings.session_hours),
    )
