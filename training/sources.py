"""Where the labels of a retraining come from, and all of them as one set of rows."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from training.joining import join
from training.labeled_data import DATA_FOLDER, LabeledRow, read_folder, read_rows
from training.labels_from_life import export_labels


@dataclass(frozen=True, kw_only=True)
class Sources:
    """Where labels come from: the written ones, the service's database, further files."""

    home: Path
    data_folder: Path = DATA_FOLDER
    database_url: str | None = None
    files: Sequence[Path] = ()

    @property
    def models_folder(self) -> Path:
        """Folder with the bundles and the champion pointer."""
        return self.home / "models"


def database_of(home: Path) -> str | None:
    """Return the URL of the service's database, None where it has none yet."""
    url = os.environ.get("REFUND_TRIAGE_DATABASE_URL")
    file = home.resolve() / "refund-triage.sqlite"
    return url or (f"sqlite:///{file}" if file.is_file() else None)


def gather(sources: Sources) -> tuple[list[LabeledRow], int]:
    """Join every source; also returns how many cases reviewers left contested."""
    newcomers: list[LabeledRow] = []
    contested = 0
    if sources.database_url:
        export = export_labels(sources.database_url, sources.home)
        newcomers, contested = export.rows, export.contested
    for path in sources.files:
        newcomers = [*newcomers, *read_rows(path)]
    return join(read_folder(sources.data_folder), newcomers), contested
