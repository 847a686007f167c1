"""Which words, concepts and fields moved a decision, read exactly off the linear model."""

from functools import cache

import numpy as np

from model.compiled import Floats
from model.fields import FIELD_GLOSS
from model.scorer import Score, Scorer
from model.taxonomy import FAULT_LABELS, gloss

MAX_NAMES = 6


def explain(scorer: Scorer, score: Score, category: str, language: str = "zh") -> list[tuple[str, float]]:
    """Return names and weights of the parts that moved the category's logit most, largest first."""
    parts = contributions(scorer, score, category, language)
    least = min(sorted(map(abs, parts.values()))[-MAX_NAMES:], default=0.0)
    # Only what may be shown is put in order with its name.
    top = [part for part in parts.items() if part[1] and abs(part[1]) >= least]
    return sorted(top, key=lambda part: (-abs(part[1]), part[0]))[:MAX_NAMES]


def contributions(scorer: Scorer, score: Score, category: str, language: str = "zh") -> dict[str, float]:
    """Return what every word, concept and field added to the category's calibrated logit.

    The logit is read against the average of all labels. Together with the intercept the parts add up to it
    exactly (tests/unit/model/test_explanation.py).
    """
    column = FAULT_LABELS.index(category)
    parts = {f"“{word}”": weight for word, weight in word_weights(scorer, score, column).items()}
    glosses = scorer.lexicon.glosses[language]
    for name, weight in concept_weights(scorer, score, column).items():
        label = f"{'概念' if language == 'zh' else 'concept'}：{glosses[name]}"
        parts[label] = parts.get(label, 0.0) + weight
    for name, weight in field_weights(scorer, score, column, language).items():
        parts[name] = parts.get(name, 0.0) + weight
    temperature = scorer.tables.fault_inverse_temperature
    return {name: weight * temperature for name, weight in parts.items()}


def word_weights(scorer: Scorer, score: Score, column: int) -> dict[str, float]:
    """Return each distinct word of the text with what its characters added to the logit of `column`.

    The share of an n-gram is spread evenly over the characters it covers and gathered by word; the blank
    after a word counts as its last character, so nothing is lost.
    """
    if not score.words:
        return {}
    starts, ends = _word_spans(score.text, score.words)
    grams = score.grams
    added = grams.weights * grams.coefficients[:, column]
    n_chars = len(score.text)
    # Word pairs cover from the first word's start to the second one's end.
    all_starts = np.concatenate([starts, starts[:-1]])
    all_ends = np.concatenate([ends, ends[1:]])
    share = added[: grams.n_words] / (all_ends - all_starts)
    steps = np.bincount(all_starts, share, n_chars + 1) - np.bincount(all_ends, share, n_chars + 1)
    by_character = np.add.accumulate(steps)[:n_chars]
    _add_character_grams(by_character, added[grams.n_words :])
    totals: dict[str, float] = {}
    for word, weight in zip(score.words, np.add.reduceat(by_character, starts).tolist(), strict=True):
        totals[word] = totals.get(word, 0.0) + weight
    return totals


def _add_character_grams(by_character: Floats, added: Floats) -> None:
    n = len(by_character)
    start = 0
    for size in (1, 2, 3):
        count = max(n - size + 1, 0)
        share = added[start : start + count] / size
        for offset in range(size):
            by_character[offset : offset + count] += share
        start += count


def _word_spans(text: str, words: list[str]) -> tuple[np.ndarray, np.ndarray]:
    starts, position = [], 0
    lengths = list(map(len, words))
    for word, length in zip(words, lengths, strict=True):
        position = text.index(word, position)
        starts.append(position)
        position += length
    first = np.array(starts)
    return first, first + np.array(lengths)


def concept_weights(scorer: Scorer, score: Score, column: int) -> dict[str, float]:
    """Return what naming each concept of the text added to the logit of `column`."""
    names = sorted({mention.name for mention in score.mentions})
    rows = [scorer.concepts[name] for name in names]
    return dict(zip(names, scorer.arrays.concept[rows, column].tolist(), strict=True))


@cache
def _field_label(name: str, language: str) -> str:
    field, _, level = name.partition("=")
    return FIELD_GLOSS[field][language] + (f"={gloss(level, language)}" if level else "")


def field_weights(scorer: Scorer, score: Score, column: int, language: str) -> dict[str, float]:
    """Return each field's share of the logit of `column`, scaled down together where the bound bites."""
    if not score.fields:
        return {}
    rows = list(score.fields)
    shares = np.fromiter(score.fields.values(), float) * scorer.arrays.field[rows, column]
    total = abs(float(shares.sum()))
    if total > scorer.tables.field_bound:
        shares *= scorer.tables.field_bound / total
    names: dict[str, float] = {}
    for row, share in zip(rows, shares.tolist(), strict=True):
        names[_field_label(scorer.tables.fields[row], language)] = share
    return names
