"""refund-triage serve."""

import os
import subprocess
import sys
from typing import Annotated

import typer
from rich.console import Console

from serving.settings import get_settings

MIGRATE = "from serving.commands.migrate import migrate; migrate()"


def serve(
    workers: Annotated[int | None, typer.Option(help="Server processes.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to serve on.")] = None,
) -> None:
    """Serve the API and the review page."""
    settings = get_settings()
    workers, port = workers or settings.workers, port or settings.port
    # One product of a few hundred numbers gains nothing from threads, and each keeps memory of its own.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Alembic costs a quarter of a second and 12 MB: it runs beside the imports below, in its own process.
    with subprocess.Popen([sys.executable, "-c", MIGRATE]) as migration:
        import uvicorn

        from serving import app, metrics
        from serving.commands.accounts import announce_first_admin

        if workers > 1:
            metrics.share_between_workers(settings.home)
    if migration.returncode:
        raise typer.Exit(1)
    announce_first_admin(settings.url)
    Console().print(
        f"[bold]Refund Triage[/]  review page: [link]http://{settings.host}:{port}/review[/]   "
        f"API: http://{settings.host}:{port}/docs"
    )
    uvicorn.run(
        "serving.app:make_app" if workers > 1 else app.make_app(settings),
        factory=workers > 1,
        host=settings.host,
        port=port,
        workers=workers,
        loop="uvloop",
        http="httptools",
        access_log=False,
        server_header=False,
        log_level="warning",
    )
