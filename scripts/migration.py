"""Writes the migration from the last version of the tables to what the code says now.

    python scripts/migration.py "What changes, in a few words"

Look at what it wrote: it sees columns and indexes, not what becomes of the rows. Needs no database server.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic import command
from alembic.script import ScriptDirectory

from tenfold.database import Database, upgrading


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder, 'empty.db')}")
        with database.engine.connect() as connection:
            config = upgrading.configured(connection)
            config.attributes["writing"] = True
            number = len(list(ScriptDirectory.from_config(config).walk_revisions())) + 1
            command.upgrade(config, "head")
            command.revision(config, message=sys.argv[1], autogenerate=True, rev_id=f"{number:04}")
        database.close()


if __name__ == "__main__":
    main()
