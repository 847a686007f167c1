"""refund-train exchangeability: does the promise still apply to what comes in?"""

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console

from training.commands.options import DEFAULT_HOME, Home, required_champion

console = Console()


def exchangeability(
    home: Home = DEFAULT_HOME,
    database_url: Annotated[
        str, typer.Option(envvar="REFUND_TRIAGE_DATABASE_URL", help="Empty means SQLite in the data folder.")
    ] = "",
) -> None:
    """Compare the stored cases of the champion with its calibration rows; the service shows the finding."""
    from model import bundle as bundles
    from model.guarantee import Guarantee, write_guarantee
    from training.exchangeability import compare, stored_confidences

    models = home / "models"
    version = required_champion(models)
    url = database_url or f"sqlite:///{home.resolve() / 'refund-triage.sqlite'}"
    confidences, last_case_at = stored_confidences(url, version)
    point = bundles.load(models / version).operating_point
    finding = compare(point.reference, confidences)
    write_guarantee(
        home,
        Guarantee(
            model_version=version,
            applies=finding.applies,
            n_cases=len(confidences),
            last_case_at=last_case_at,
            evidence=finding.evidence,
            limit=finding.limit,
            checked_at=datetime.now(UTC),
        ),
    )
    says = {
        True: "[green]✓[/] nothing speaks against the promise",
        False: "[red]✗[/] the promise no longer applies: recalibrate with refund-train calibrate",
        None: "[yellow]?[/] too few cases to say",
    }[finding.applies]
    console.print(
        f"{says} ({len(confidences)} cases, evidence {finding.evidence:.3g} of {finding.limit:.3g})"
    )
