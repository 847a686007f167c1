"""Which words, concepts and fields moved a decision, read exactly off the linear model."""

import numpy as np

from model.fields import FIELD_GLOSS
from model.scorer import Floats, Score, Scorer
from model.taxonomy import FAULT_LABELS, gloss

MAX_NAMES = 6


def explain(scorer: Scorer, score: Score, category: str, language: str = "zh") -> list[tuple[str, float]]:
    """Return names and weights, largest first: what each part added to the category's logit.

    The weight is the calibrated logit of `category` against the average of all labels. The share of an
    n-gram is spread evenly over the characters it covers and gathered by word, so the word weights add up
    exactly to what the text added.
    """
    column = FAULT_LABELS.index(category)
    temperature = scorer.tables.fault_inverse_temperature
    parts = {f"“{word}”": weight for word, weight in word_weights(scorer, score, column)}
    for name in sorted({mention.name for mention in score.mentions}):
        row = scorer.tables.concepts.index(name)
        label = f"{'概念' if language == 'zh' else 'concept'}：{concept_gloss(scorer, name, language)}"
        parts[label] = parts.get(label, 0.0) + float(scorer.arrays.concept[row, column])
    for name, weight in field_weights(scorer, score, column, language).items():
        parts[name] = parts.get(name, 0.0) + weight
    ranked = sorted(parts.items(), key=lambda part: (-abs(part[1]), part[0]))
    return [(name, weight * temperature) for name, weight in ranked[:MAX_NAMES] if weight]


def word_weights(scorer: Scorer, score: Score, column: int) -> list[tuple[str, float]]:
    """Return each distinct word of the text with what its characters added to the logit of `column`."""
    n = len(score.text)
    by_character = np.zeros(n)
    added = score.gram_weights * scorer.arrays.gram[score.grams, column]
    n_words = len(score.words)
    spans = _word_spans(score.text, score.words)
    for (start, end), value in zip(spans, added[:n_words], strict=True):
        by_character[start:end] += value / (end - start)
    for i, value in enumerate(added[n_words : 2 * n_words - 1]):
        start, end = spans[i][0], spans[i + 1][1]
        by_character[start:end] += value / (end - start)
    _add_character_grams(by_character, added[max(2 * n_words - 1, 0) :])
    totals: dict[str, float] = {}
    for word, (start, end) in zip(score.words, spans, strict=True):
        totals[word] = totals.get(word, 0.0) + float(by_character[start:end].sum())
    return list(totals.items())


def _add_character_grams(by_character: Floats, added: Floats) -> None:
    n = len(by_character)
    start = 0
    for size in (1, 2, 3):
        count = max(n - size + 1, 0)
        share = added[start : start + count] / size
        for offset in range(size):
            by_character[offset : offset + count] += share
        start += count


def _word_spans(text: str, words: list[str]) -> list[tuple[int, int]]:
    spans, position = [], 0
    for word in words:
        start = text.index(word, position)
        position = start + len(word)
        spans.append((start, position))
    return spans


def field_weights(scorer: Scorer, score: Score, column: int, language: str) -> dict[str, float]:
    """Return each field's share of the logit of `column`, scaled down together where the bound bites."""
    if not score.fields:
        return {}
    rows, values = list(score.fields), np.fromiter(score.fields.values(), float)
    shares = values * scorer.arrays.field[rows, column]
    total = float(shares.sum())
    bound = scorer.tables.field_bound
    if abs(total) > bound:
        shares = shares * (bound / abs(total))
    names: dict[str, float] = {}
    for row, share in zip(rows, shares, strict=True):
        field, _, level = scorer.tables.fields[row].partition("=")
        name = FIELD_GLOSS[field][language] + (f"={gloss(level, language)}" if level else "")
        names[name] = float(share)
    return names


def concept_gloss(scorer: Scorer, name: str, language: str) -> str:
    """Name of a concept or of its negated twin."""
    concept = name.removeprefix("not:")
    entry = scorer.lexicon.concepts[concept]
    base = entry.zh if language == "zh" else entry.en
    if name != concept:
        return f"没有{base}" if language == "zh" else f"no {base}"
    return base
