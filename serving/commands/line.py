"""The command line of everything but serving."""

import typer

from serving.commands import migrate, score
from serving.commands.accounts import key_app, user_app
from serving.demo.command import demo
from serving.live_error.command import restore
from serving.reference import reference

line = typer.Typer(
    name="refund-triage", no_args_is_help=True, help="Run and look after the refund triage service."
)


@line.command(context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
def serve() -> None:
    """Serve the API and the review page."""
    # Listed here for --help; serving/cli.py runs it.


line.command()(migrate.migrate)
line.command()(score.score)
line.command()(restore)
line.command()(demo)
line.command()(reference)
line.add_typer(user_app, name="user")
line.add_typer(key_app, name="key")
