"""What the top of the list and of each case warns of: promises that do not hold at the moment."""

from pathlib import Path

from sqlalchemy import Connection

from model.taxonomy import gloss
from serving import guarantee
from serving.champion import Champion
from serving.live_error.watch import read_demoted
from serving.pages import translate

BETWEEN = {"zh": "、", "en": ", "}


def banners(connection: Connection, champion: Champion, home: Path, language: str) -> list[str]:
    """Return the sentences to warn with; an empty list while everything is as promised."""
    judgement = champion.current
    found = guarantee.banner(home, judgement.bundle.model_version, language) if judgement else None
    demoted = sorted(read_demoted(connection))
    sentences = [found] if found else []
    if demoted:
        names = BETWEEN[language].join(gloss(category, language) for category in demoted)
        sentences.append(translate("banner_demoted", language, names=names))
    return sentences
