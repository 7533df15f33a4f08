"""What the process that tutors are forked from has done before: all imports, the lessons read as a start reads them."""

import gc
from pathlib import Path

from alembic import command as command  # a new database is migrated

from bot import settings
from flows.shelf.shelf import read_shelf
from tests.support import serve as serve
from tests.support.forked import ROOT

_as_shipped = settings.load(ROOT / "config.yaml", {}, {})
read_shelf(Path(_as_shipped.lessons.dir), _as_shipped.placeholders)
gc.collect()
gc.freeze()  # it stays to the end of every fork, which need not look for garbage in it
