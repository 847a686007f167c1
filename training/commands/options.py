"""Options several commands share."""

import os
from pathlib import Path
from typing import Annotated

import typer

Home = Annotated[
    Path, typer.Option(envvar="REFUND_TRIAGE_HOME", help="Folder of everything written at run time.")
]
DEFAULT_HOME = Path(os.environ.get("REFUND_TRIAGE_HOME", "var"))
