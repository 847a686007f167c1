"""What the answers are worth against the labels: pure counting, named after harm and workload."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from model.taxonomy import FAULT_LABELS, OUTSIDE, FaultCategory, Route


@dataclass(frozen=True, kw_only=True)
class Answered:
    """One text's label with what the service made of it.

    `category` is the answer's category, one of five; `guess` is the most probable of the six labels, so
    `none` where the service rather thinks that the text fits no category.
    """

    label: str
    category: str
    guess: str
    route: str
    reasons: tuple[str, ...]

    @property
    def is_automated(self) -> bool:
        """Whether the recommendation would be carried out without a person."""
        return self.route == Route.AUTO


@dataclass(frozen=True, kw_only=True)
class Share:
    """A count of a whole."""

    count: int
    whole: int

    @property
    def value(self) -> float:
        """The share, 0 where there is nothing to share."""
        return self.count / self.whole if self.whole else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """95 % Wilson interval: a few hundred texts say less than a bare percentage pretends."""
        if not self.whole:
            return 0.0, 1.0
        z, n, p = 1.96, self.whole, self.value
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
        return max(middle - half, 0.0), min(middle + half, 1.0)


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Shares over the answers; each field says of which texts."""

    automated: Share
    wrongly_automated: Share
    outside_automated: Share
    false_accusations: Share
    macro_f1: float


def answered_from(label: str, answer: dict[str, object]) -> Answered:
    """Read an answer of `/v1/triage`."""
    fault = answer["fault"]
    review = answer["review"]
    assert isinstance(fault, dict)  # noqa: S101 - narrows the JSON for the type checker
    outside = float(fault["outside_probability"])
    rather_none = outside > (1 - outside) * float(fault["confidence"])
    return Answered(
        label=label,
        category=str(fault["category"]),
        guess=OUTSIDE if rather_none else str(fault["category"]),
        route=str(answer["route"]),
        reasons=tuple(review["reasons"]) if isinstance(review, dict) else (),
    )


def figures_of(answers: Sequence[Answered]) -> Figures:
    """Count automation and harm.

    Automation is over texts that have a category; wrongly automated over everything automated; outside
    automated over texts without category; a false accusation is `likely_abuse` as the category of a text
    labelled otherwise; macro-F1 is over the categories that occur, texts without category left out.
    """
    automated = [a for a in answers if a.is_automated]
    inside = [a for a in answers if a.label != OUTSIDE]
    outside = [a for a in answers if a.label == OUTSIDE]
    honest = [a for a in answers if a.label != FaultCategory.LIKELY_ABUSE]
    return Figures(
        automated=_share([a.is_automated for a in inside]),
        wrongly_automated=_share([a.category != a.label for a in automated]),
        outside_automated=_share([a.is_automated for a in outside]),
        false_accusations=_share([a.category == FaultCategory.LIKELY_ABUSE for a in honest]),
        macro_f1=_macro_f1([(a.label, a.category) for a in inside]),
    )


def by_label(answers: Sequence[Answered]) -> dict[str, tuple[Share, Share]]:
    """Return precision and recall of each of the six labels, going by the most probable of the six."""
    labels = Counter(a.label for a in answers)
    guesses = Counter(a.guess for a in answers)
    hits = Counter(a.label for a in answers if a.label == a.guess)
    return {
        name: (Share(count=hits[name], whole=guesses[name]), Share(count=hits[name], whole=labels[name]))
        for name in FAULT_LABELS
    }


def _share(flags: Sequence[bool]) -> Share:
    return Share(count=sum(flags), whole=len(flags))


def _macro_f1(pairs: Sequence[tuple[str, str]]) -> float:
    """Mean F1 over the labels that occur; F1 = 2 hits / (labelled + predicted)."""
    labelled = Counter(label for label, _ in pairs)
    predicted = Counter(guess for _, guess in pairs)
    hits = Counter(label for label, guess in pairs if label == guess)
    scores = [2 * hits[name] / (labelled[name] + predicted[name]) for name in labelled]
    return sum(scores) / len(scores) if scores else 0.0
