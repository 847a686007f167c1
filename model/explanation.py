"""Which words, concepts and fields moved a decision, read exactly off the linear model."""

from functools import cache
from typing import Any

from model.fields import FIELD_GLOSS
from model.native import kernel
from model.scorer import Score, Scorer
from model.taxonomy import FAULT_LABELS, gloss

MAX_NAMES = 6
DIGITS = 9
TIE = 10.0**-DIGITS
"""Weights that differ by less are equal, in logits: numpy and the native kernel add them in another order."""
COLUMN = {label: column for column, label in enumerate(FAULT_LABELS)}


def explain(scorer: Scorer, score: Score, category: str, language: str = "zh") -> list[tuple[str, float]]:
    """Return names and weights of the parts that moved the category's logit most, largest first."""
    column = COLUMN[category]
    words = word_weights(scorer, score, column)
    concepts = concept_parts(scorer, score, column, language)
    fields = field_weights(scorer, score, column)
    # Only what may be shown is given its name and put in order.
    top_words, top, top_fields = strongest((words, concepts, fields), MAX_NAMES, TIE)
    top += [(f"“{word}”", weight) for word, weight in top_words]
    top += [(_field_label(scorer.tables.fields[row], language), weight) for row, weight in top_fields]
    top.sort(key=lambda part: (-round(abs(part[1]), DIGITS), part[0]))
    temperature = scorer.tables.fault_inverse_temperature
    return [(name, weight * temperature) for name, weight in top[:MAX_NAMES] if weight]


def strongest_in_python(
    parts: tuple[dict[Any, float], ...], n: int, tie: float
) -> tuple[list[tuple[Any, float]], ...]:
    """Return of each part what is among the `n` largest of all, or less than `tie` below the last of them."""
    every = [abs(weight) for part in parts for weight in part.values()]
    least = sorted([*every, *[0.0] * n])[-n] - tie
    return tuple([pair for pair in part.items() if abs(pair[1]) >= least] for part in parts)


strongest = kernel.strongest if kernel else strongest_in_python


def contributions(scorer: Scorer, score: Score, category: str, language: str = "zh") -> dict[str, float]:
    """Return what every word, concept and field added to the category's calibrated logit.

    The logit is read against the average of all labels. Together with the intercept the parts add up to it
    exactly (tests/unit/model/test_explanation.py).
    """
    column = COLUMN[category]
    parts = {f"“{word}”": weight for word, weight in word_weights(scorer, score, column).items()}
    parts |= concept_parts(scorer, score, column, language)
    names = scorer.tables.fields
    for row, weight in field_weights(scorer, score, column).items():
        parts[_field_label(names[row], language)] = weight
    temperature = scorer.tables.fault_inverse_temperature
    return {name: weight * temperature for name, weight in parts.items()}


def word_weights(scorer: Scorer, score: Score, column: int) -> dict[str, float]:
    """Return each distinct word of the text with what its characters added to the logit of `column`."""
    return scorer.model.word_weights(score.text, score.words, score.grams, column)


def concept_parts(scorer: Scorer, score: Score, column: int, language: str) -> dict[str, float]:
    """Return what naming each concept of the text added to the logit of `column`, by what people read."""
    parts: dict[str, float] = {}
    if score.concepts:
        weights, labels = scorer.columns[column].concepts, scorer.lexicon.labels[language]
        for name in sorted(score.concepts):
            label = labels[name]
            parts[label] = parts.get(label, 0.0) + weights[scorer.concepts[name]]
    return parts


def field_weights(scorer: Scorer, score: Score, column: int) -> dict[int, float]:
    """Return each field row's share of the logit of `column`, scaled down together where the bound bites."""
    weights = scorer.columns[column].fields
    shares = {row: value * weights[row] for row, value in score.fields.items()}
    total, bound = abs(sum(shares.values())), scorer.tables.field_bound
    return shares if total <= bound else {row: share * bound / total for row, share in shares.items()}


@cache
def _field_label(name: str, language: str) -> str:
    field, _, level = name.partition("=")
    return FIELD_GLOSS[field][language] + (f"={gloss(level, language)}" if level else "")
