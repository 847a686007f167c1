"""refund-triage user …, refund-triage key …: who may use the service."""

from typing import Annotated

import typer
from rich.console import Console

from serving.accounts import keys, users
from serving.accounts.roles import Role, Scope
from serving.database import make_engine, migrate
from serving.scoring.service import now_utc
from serving.settings import get_settings

user_app = typer.Typer(no_args_is_help=True, help="People who review.")
key_app = typer.Typer(no_args_is_help=True, help="API keys of programs.")
console = Console()


@user_app.command("add")
def add_user(
    name: Annotated[str, typer.Argument(help="Name to sign in with.")],
    role: Annotated[Role, typer.Option(help="What the person may do.")] = Role.REVIEWER,
    password: Annotated[
        str | None, typer.Option(envvar="REFUND_TRIAGE_PASSWORD", help="Made and printed when not given.")
    ] = None,
) -> None:
    """Make an account, or give an existing one a new password and role."""
    url = get_settings().url
    migrate(url)
    chosen = password or users.new_password()
    try:
        with make_engine(url).begin() as connection:
            users.add_user(connection, name, chosen, role, now_utc())
    except users.AccountError as error:
        raise typer.BadParameter(str(error)) from error
    shown = "" if password else f"   password: [bold]{chosen}[/] (shown only now)"
    console.print(f"[green]✓[/] {role} [bold]{name}[/]{shown}", soft_wrap=True)


@key_app.command("add")
def add_key(
    name: Annotated[str, typer.Argument(help="Which program uses it.")],
    scope: Annotated[list[Scope] | None, typer.Option(help="What it opens; repeatable.")] = None,
) -> None:
    """Make an API key; from the first one on, the JSON API asks for a key."""
    url = get_settings().url
    migrate(url)
    scopes = scope or list(Scope)
    with make_engine(url).begin() as connection:
        key = keys.add_key(connection, name, scopes, now_utc())
    console.print(f"[green]✓[/] {name} ({', '.join(scopes)}), shown only now:")
    console.print(key, highlight=False, soft_wrap=True)


@key_app.command("revoke")
def revoke_key(name: Annotated[str, typer.Argument(help="Name it was made under.")]) -> None:
    """Make a key useless within a second."""
    with make_engine(get_settings().url).begin() as connection:
        found = keys.revoke_key(connection, name, now_utc())
    if not found:
        raise typer.BadParameter(f"no key is named {name}")
    console.print(f"[green]✓[/] {name} is revoked")
