"""The texts of the demonstration: real ones where they lie beside the repository, else written ones."""

from dataclasses import dataclass
from pathlib import Path

import msgspec

REPOSITORY = Path(__file__).parents[2]
REAL_TEXTS = REPOSITORY.parent / "shared" / "real" / "dev.jsonl"
WRITTEN_TEXTS = REPOSITORY / "data" / "labeled"


@dataclass(frozen=True, kw_only=True)
class DemoText:
    """A text with the label people gave it; `is_arguable` where a colleague might choose another."""

    text: str
    label: str
    is_arguable: bool


@dataclass(frozen=True, kw_only=True)
class DemoTexts:
    """Texts with a sentence that says what they are; no figure is shown without it."""

    origin: str
    texts: list[DemoText]


class RealRow(msgspec.Struct, frozen=True):
    """A row of the real texts, as far as it is needed."""

    text: str
    label: str
    sure: bool


class RequestText(msgspec.Struct, frozen=True):
    """The request of a labelled row, as far as it is needed."""

    text: str


class WrittenRow(msgspec.Struct, frozen=True):
    """A row of data/labeled, as far as it is needed (serving never imports training)."""

    request: RequestText
    fault: str
    split: str
    hard: bool = False


def read_texts(real: Path = REAL_TEXTS, written: Path = WRITTEN_TEXTS) -> DemoTexts:
    """Return the real texts where `real` exists, else the test split of the labelled files."""
    if real.is_file():
        rows = msgspec.json.Decoder(RealRow).decode_lines(real.read_bytes())
        return DemoTexts(
            origin=f"{len(rows)} real texts of {real.name}: public product reviews, never trained on",
            texts=[DemoText(text=r.text, label=r.label, is_arguable=not r.sure) for r in rows],
        )
    decoder = msgspec.json.Decoder(WrittenRow)
    test = [
        row
        for path in sorted(written.glob("*.jsonl"))
        for row in decoder.decode_lines(path.read_bytes())
        if row.split == "test"
    ]
    return DemoTexts(
        origin=f"{len(test)} written texts, the test split of data/labeled: invented, not traffic",
        texts=[DemoText(text=row.request.text, label=row.fault, is_arguable=row.hard) for row in test],
    )
