"""From the registry to the service: bundles into the models folder, aliases onto pointers."""

from pathlib import Path

from training import tracking
from training.promotion import CHALLENGER, champion_of, promote, read_pointer, write_pointer


def make_champion(models_folder: Path, registered: tracking.Registered, *, reason: str) -> None:
    """Publish a registered version and point the alias at it; a challenger stops being one."""
    tracking.fetch_bundle(registered, models_folder)
    promote(models_folder, registered.model_version, reason=reason)
    tracking.set_alias(tracking.CHAMPION, registered.number)
    challenger = tracking.with_alias(tracking.CHALLENGER)
    if challenger and challenger.number == registered.number:
        tracking.drop_alias(tracking.CHALLENGER)
        (models_folder / CHALLENGER).unlink(missing_ok=True)


def publish_aliases(models_folder: Path) -> list[str]:
    """Bring the pointers in line with the aliases; returns what was done."""
    done = []
    if champion := tracking.with_alias(tracking.CHAMPION):
        tracking.fetch_bundle(champion, models_folder)
        if champion_of(models_folder) != champion.model_version:
            promote(models_folder, champion.model_version, reason="alias set in MLflow")
            done.append(f"champion {champion.model_version}")
    challenger = tracking.with_alias(tracking.CHALLENGER)
    shadowed = read_pointer(models_folder, CHALLENGER)
    if challenger and challenger.model_version != shadowed:
        tracking.fetch_bundle(challenger, models_folder)
        write_pointer(models_folder, CHALLENGER, challenger.model_version)
        done.append(f"challenger {challenger.model_version}")
    if challenger is None and shadowed is not None:
        (models_folder / CHALLENGER).unlink(missing_ok=True)
        done.append("no challenger")
    return done
