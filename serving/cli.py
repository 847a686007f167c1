"""The service's command: refund-triage."""

from typing import Annotated

import typer
import uvicorn
from rich.console import Console

from serving.commands.accounts import announce_first_admin, key_app, user_app
from serving.database import migrate as run_migrations
from serving.settings import get_settings

app = typer.Typer(no_args_is_help=True, help="Run and look after the refund triage service.")
app.add_typer(user_app, name="user")
app.add_typer(key_app, name="key")
console = Console()


@app.command()
def migrate() -> None:
    """Bring the database to the newest schema."""
    run_migrations(get_settings().url)
    console.print(f"[green]✓[/] database is up to date: {get_settings().url.split('@')[-1]}")


@app.command()
def serve(
    workers: Annotated[int | None, typer.Option(help="Server processes.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to serve on.")] = None,
) -> None:
    """Serve the API and the review page."""
    settings = get_settings()
    run_migrations(settings.url)
    announce_first_admin(settings.url)
    port = port or settings.port
    console.print(
        f"[bold]Refund Triage[/]  review page: [link]http://{settings.host}:{port}/review[/]   "
        f"API: http://{settings.host}:{port}/docs"
    )
    uvicorn.run(
        "serving.app:make_app",
        factory=True,
        host=settings.host,
        port=port,
        workers=workers or settings.workers,
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_level="warning",
    )
