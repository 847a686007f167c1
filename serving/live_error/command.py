"""refund-triage restore: a person lets a demoted category be automated again."""

import getpass
from typing import Annotated

import typer
from rich.console import Console

from model.taxonomy import FaultCategory
from serving.database import make_engine
from serving.live_error.watch import NotDemotedError
from serving.live_error.watch import restore as restore_category
from serving.scoring.service import now_utc
from serving.settings import get_settings

console = Console()


def restore(
    category: Annotated[FaultCategory, typer.Argument(help="The demoted category.")],
    reason: Annotated[str, typer.Option(help="Why it may be automated again; stored.")],
) -> None:
    """Let a demoted category be automated again; earlier audit verdicts on it count no more."""
    engine = make_engine(get_settings().url)
    try:
        with engine.begin() as connection:
            restore_category(connection, str(category), by=getpass.getuser(), reason=reason, now=now_utc())
    except NotDemotedError as error:
        console.print(f"[red]✗[/] {error}")
        raise typer.Exit(1) from None
    finally:
        engine.dispose()
    console.print(f"[green]✓[/] {category} is automated again; services follow within seconds")
