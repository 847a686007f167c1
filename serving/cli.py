"""The service's command: refund-triage."""

import typer

from serving.commands import migrate, score, serve
from serving.commands.accounts import key_app, user_app
from serving.demo.command import demo
from serving.live_error.command import restore
from serving.reference import reference

app = typer.Typer(no_args_is_help=True, help="Run and look after the refund triage service.")
app.command()(serve.serve)
app.command()(migrate.migrate)
app.command()(score.score)
app.command()(restore)
app.command()(demo)
app.command()(reference)
app.add_typer(user_app, name="user")
app.add_typer(key_app, name="key")
