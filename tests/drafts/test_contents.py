"""What is in drafts: who waits for whom."""

from concurrent.futures import ThreadPoolExecutor

from tenfold.database import Database
from tenfold.drafts.contents import Contents
from tenfold.drafts.drafts import Drafts
from tenfold.drafts.tables import Draft


def test_a_draft_that_is_being_changed_is_read_without_waiting(database: Database) -> None:
    drafts, contents = Drafts(database), Contents(database)
    draft = drafts.begin(1, "Mine", ["red"])
    (red,) = drafts.state(draft, 1).classes
    with ThreadPoolExecutor(1) as beside, database.writing() as session:
        session.get(Draft, draft, with_for_update=True)
        assert beside.submit(contents.pictures, draft, 1, red.id).result(timeout=20) == []
        beside.submit(contents.check_room, draft, 1, red.id, most=1).result(timeout=20)
