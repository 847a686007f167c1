"""The service's command: refund-triage."""

import typer

from serving.commands import migrate, score, serve

app = typer.Typer(no_args_is_help=True, help="Run and look after the refund triage service.")
app.command()(migrate.migrate)
app.command()(serve.serve)
app.command()(score.score)
