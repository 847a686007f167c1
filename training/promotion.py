"""Which model is in charge: the pointer the service watches."""

from pathlib import Path

POINTER = "champion"
"""File in the models folder that names the champion's folder (the service's name for it is the same)."""


def champion_of(models_folder: Path) -> str | None:
    """Return the version of the champion, None before the first."""
    pointer = models_folder / POINTER
    return pointer.read_text("utf-8").strip() if pointer.is_file() else None


def promote(models_folder: Path, model_version: str) -> None:
    """Point to another model in one atomic rename."""
    aside = models_folder / f".{POINTER}.new"
    aside.write_text(model_version + "\n", "utf-8")
    aside.replace(models_folder / POINTER)
