"""Options several commands share."""

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from training.promotion import champion_of

Home = Annotated[
    Path, typer.Option(envvar="REFUND_TRIAGE_HOME", help="Folder of everything written at run time.")
]
DEFAULT_HOME = Path(os.environ.get("REFUND_TRIAGE_HOME", "var"))


def required_champion(models: Path) -> str:
    """Return the champion's version, or end the command with what to do where there is none yet."""
    version = champion_of(models)
    if version is None:
        Console().print(f"[red]✗[/] {models} holds no champion yet: run refund-train train")
        raise typer.Exit(1)
    return version
