"""An accusation must stand in the text: no history of a buyer makes likely_abuse by itself."""

from model.request import TriageRequest
from model.scorer import Score, Scorer
from model.taxonomy import FAULTS, FaultCategory

LIKELY_ABUSE = FaultCategory.LIKELY_ABUSE


def score_fairly(scorer: Scorer, request: TriageRequest) -> tuple[Score, str]:
    """Return the score of a request and its fault category.

    Where the text with its fields says `likely_abuse` but the text alone does not, the fields are set
    aside and the text alone is judged. The bound on the fields (`field_bound`) does not reach that far: a
    text that says nothing is near even odds, where any push decides.
    """
    score = scorer.score(request)
    category = category_of(score)
    if category == LIKELY_ABUSE and score.fields:
        of_text = scorer.without_fields(score)
        if category_of(of_text) != category:
            return of_text, category_of(of_text)
    return score, category


def category_of(score: Score) -> str:
    """Return the most probable of the five categories."""
    five = score.fault[: len(FAULTS)]
    return FAULTS[five.index(max(five))]
