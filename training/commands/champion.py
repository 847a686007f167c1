"""refund-train promote, rollback, sync: which model is in charge, in MLflow and for the service."""

import time
from typing import Annotated

import typer
from rich.console import Console

from training.commands.options import DEFAULT_HOME, Home

console = Console()


def promote(
    version: Annotated[str, typer.Argument(help="Number in the registry, or the model version (hash).")],
    force: Annotated[
        str | None, typer.Option(help="Promote what has not passed the gate, for this reason.")
    ] = None,
    home: Home = DEFAULT_HOME,
) -> None:
    """Make a registered version the champion; what has not passed the gate needs a reason."""
    from training import tracking
    from training.publishing import make_champion

    tracking.configure(home)
    registered = _find(version)
    gate = registered.tags.get("gate", "has not judged")
    if gate != "passed" and not force:
        for name, value in sorted(registered.tags.items()):
            if name.startswith("gate.") and value.startswith("FAILED"):
                console.print(f"  [red]✗[/] {name.removeprefix('gate.')} {value.removeprefix('FAILED: ')}")
        console.print(f"[red]✗[/] the gate {gate} version {registered.number}; --force REASON promotes it")
        raise typer.Exit(1)
    if force:
        tracking.tag_version(registered.number, {"gate.forced": force})
    make_champion(home / "models", registered, reason=force or "promoted by hand")
    console.print(f"[green]✓[/] champion: {registered.model_version} (registry version {registered.number})")


def rollback(
    reason: Annotated[str, typer.Option(help="Why; stored with the history.")] = "rollback",
    home: Home = DEFAULT_HOME,
) -> None:
    """Go back to the champion before this one."""
    from training import promotion, tracking

    models = home / "models"
    before = promotion.champion_before(promotion.read_history(models))
    if before is None:
        console.print("[red]✗[/] there is no champion before this one")
        raise typer.Exit(1)
    tracking.configure(home)
    registered = tracking.find(before)
    if registered is not None:
        tracking.fetch_bundle(registered, models)
        tracking.set_alias(tracking.CHAMPION, registered.number)
    promotion.promote(models, before, action="rollback", reason=reason)
    console.print(f"[green]✓[/] champion: {before} again")


def sync(
    home: Home = DEFAULT_HOME,
    watch: Annotated[bool, typer.Option(help="Keep looking instead of once.")] = False,
    every_seconds: Annotated[float, typer.Option(min=1, help="How often with --watch.")] = 10.0,
) -> None:
    """Publish what the aliases point to, for those set in MLflow's own pages."""
    from training import tracking
    from training.publishing import publish_aliases

    tracking.configure(home)
    while True:
        done = publish_aliases(home / "models")
        console.print(f"[green]✓[/] published: {', '.join(done)}" if done else "[dim]nothing to publish[/]")
        if not watch:
            return
        time.sleep(every_seconds)


def _find(version: str):  # type: ignore[no-untyped-def]  # the type would import MLflow at start
    from training import tracking

    try:
        found = tracking.get_version(version) if version.isdecimal() else tracking.find(version)
    except LookupError:
        found = None
    if found is None:
        console.print(f"[red]✗[/] the registry holds no version {version}")
        raise typer.Exit(2)
    return found
