"""A new operating point for the same model, from a shop's own verdicts."""

import hashlib
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec

from model import bundle as bundles
from model.bundle import Bundle, Manifest
from training.calibrate import choose_operating_point
from training.card import model_card
from training.labeled_data import LabeledRow
from training.promises import DEFAULT_OUTSIDE_SENTENCE, DEFAULT_SENTENCE
from training.slices import measure


class TooFewRowsError(Exception):
    """There are not enough verdicts to promise anything; collect more, or keep to suggest mode."""


MIN_ROWS = 100


def evenly_sampled(rows: Sequence[LabeledRow]) -> list[LabeledRow]:
    """Thin rows so that each had the same chance to be among them.

    Learn-then-Test wants rows drawn as the requests to come are; verdicts are not, as doubtful cases are
    always reviewed and sure ones rarely. A row is kept with the smallest sampling probability over its own,
    decided by a hash of its id, so the same rows always give the same operating point.
    """
    smallest = min((row.sampling_probability for row in rows), default=1.0)
    return [row for row in rows if _draw(row.row_id) < smallest / row.sampling_probability]


def _draw(row_id: str) -> float:
    return int.from_bytes(hashlib.sha256(row_id.encode()).digest()[:8], "big") / 2**64


def recalibrate(
    champion: Bundle,
    verdicts: Sequence[LabeledRow],
    models_folder: Path,
    *,
    calibrated_on: str,
    known_rows: Sequence[LabeledRow],
    sentence: str = DEFAULT_SENTENCE,
    outside_sentence: str = DEFAULT_OUTSIDE_SENTENCE,
) -> Manifest:
    """Seal a bundle with the champion's scorer and an operating point chosen on verdicts.

    Parameters
    ----------
    verdicts : labelled rows that the champion was not fitted on.
    known_rows : rows of data/labeled; the card's figures on their test split are measured again.

    Raises
    ------
    TooFewRowsError
        Where fewer than `MIN_ROWS` are left after even sampling.
    """
    rows = evenly_sampled(verdicts)
    if len(rows) < MIN_ROWS:
        raise TooFewRowsError(
            f"{len(rows)} evenly sampled of {len(verdicts)} rows; at least {MIN_ROWS} are needed"
        )
    point = choose_operating_point(
        champion.scorer,
        rows,
        sentence=sentence,
        outside_sentence=outside_sentence,
        calibrated_on=calibrated_on,
    )
    manifest = champion.manifest
    with tempfile.TemporaryDirectory(dir=models_folder, prefix=".calibrating-") as aside:
        folder = Path(aside) / "bundle"
        shutil.copytree(champion.folder, folder)
        (folder / bundles.OPERATING_POINT_FILE).write_bytes(msgspec.json.format(msgspec.json.encode(point)))
        sealed = bundles.seal(
            folder,
            created_from=manifest.created_from,
            data_hash=manifest.data_hash,
            label_period=manifest.label_period,
            versions=manifest.versions,
            parameters=manifest.parameters,
            metrics=measure(champion.scorer, [row for row in known_rows if row.split == "test"], point),
        )
        (folder / bundles.CARD_FILE).write_text(model_card(sealed, point, known_rows), "utf-8")
        final = models_folder / sealed.model_version
        if not final.exists():
            folder.rename(final)
    return sealed
