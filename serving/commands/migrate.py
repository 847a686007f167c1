"""refund-triage migrate."""

from rich.console import Console

from serving.settings import get_settings


def migrate() -> None:
    """Bring the database to the newest schema."""
    from serving import database

    url = get_settings().url
    database.migrate(url)
    Console().print(f"[green]✓[/] database is up to date: {url.split('@')[-1]}")
