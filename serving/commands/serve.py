"""refund-triage serve; typer stays out of it, see serving/cli.py."""

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence

import uvicorn

from serving.settings import Settings, get_settings

MIGRATE = "from serving.commands.migrate import migrate; migrate()"


def serve(arguments: Sequence[str]) -> None:
    """Serve the API and the review page."""
    parser = argparse.ArgumentParser("refund-triage serve", description=serve.__doc__)
    parser.add_argument("--workers", type=int, help="Server processes.")
    parser.add_argument("--port", type=int, help="Port to serve on.")
    options = parser.parse_args(arguments)
    settings = get_settings()
    workers, port = options.workers or settings.workers, options.port or settings.port
    # One product of a few hundred numbers gains nothing from threads, and each keeps memory of its own.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if workers > 1:
        from serving.metrics import share_between_workers

        share_between_workers(settings.home)
    _prepare_database(settings)
    sys.stdout.write(
        f"Refund Triage  review page: http://{settings.host}:{port}/review"
        f"   API: http://{settings.host}:{port}/docs\n"
    )
    sys.stdout.flush()
    uvicorn.run(
        "serving.start:make_worker",
        factory=True,
        host=settings.host,
        port=port,
        workers=workers,
        loop="uvloop",
        http="httptools",
        ws="none",
        access_log=False,
        server_header=False,
        log_level="warning",
    )


def _prepare_database(settings: Settings) -> None:
    """Bring the schema up to date; on the very first start make an account and print its password once."""
    from serving import schema
    from serving.accounts.users import add_first_admin
    from serving.database import make_engine
    from serving.scoring.service import now_utc

    engine = make_engine(settings.url)
    # Alembic in a process of its own: this one would keep its 12 MB.
    if not schema.is_ready(engine) and subprocess.run([sys.executable, "-c", MIGRATE]).returncode:
        sys.exit(1)
    with engine.begin() as connection:
        password = add_first_admin(connection, now_utc())
    engine.dispose()
    if password:
        sys.stdout.write(f"First account:  name admin   password {password}   (shown only now)\n")
