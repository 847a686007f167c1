"""Which model is in charge: the pointer the service watches, and the history to go back in."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

POINTER = "champion"
"""File in the models folder that names the champion's folder (the service's name for it is the same)."""

CHALLENGER = "challenger"
"""File that names the model the service runs in shadow, beside the champion; may be missing."""

HISTORY = "champion.history.jsonl"
"""Every change of the pointer: when, to which model, why."""


def champion_of(models_folder: Path) -> str | None:
    """Return the version of the champion, None before the first."""
    return read_pointer(models_folder, POINTER)


def read_pointer(models_folder: Path, name: str) -> str | None:
    """Return the version a pointer names, None where there is no such pointer."""
    pointer = models_folder / name
    return pointer.read_text("utf-8").strip() if pointer.is_file() else None


def write_pointer(models_folder: Path, name: str, model_version: str) -> None:
    """Point to another model in one atomic rename."""
    aside = models_folder / f".{name}.new"
    aside.write_text(model_version + "\n", "utf-8")
    aside.replace(models_folder / name)


def promote(models_folder: Path, model_version: str, *, action: str = "promote", reason: str = "") -> None:
    """Make a model the champion and write down that it became so; the champion again changes nothing."""
    if champion_of(models_folder) == model_version:
        return
    write_pointer(models_folder, POINTER, model_version)
    entry = {
        "at": datetime.now(UTC).isoformat(),
        "action": action,
        "model_version": model_version,
        "reason": reason,
    }
    with (models_folder / HISTORY).open("a", encoding="utf-8") as file:
        file.write(json.dumps(entry, ensure_ascii=False) + "\n")


def read_history(models_folder: Path) -> list[dict[str, str]]:
    """Return every change of the champion, oldest first."""
    path = models_folder / HISTORY
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.is_file() else []


def champion_before(history: Sequence[dict[str, str]]) -> str | None:
    """Return the model to go back to: promotions stack up, a rollback takes the last one off."""
    stack: list[str] = []
    for entry in history:
        if entry["action"] == "rollback" and stack:
            stack.pop()
        else:
            stack.append(entry["model_version"])
    return stack[-2] if len(stack) > 1 else None
