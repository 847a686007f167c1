"""The challenger compared with the champion on the same cases."""

from typing import Any

from sqlalchemy import Connection, case, func, select

from serving.review.tables import reviews, verdicts
from serving.scoring.tables import triages
from serving.shadow.tables import shadow_answers


def compare(connection: Connection) -> list[dict[str, Any]]:
    """Count, by challenger, where the two differ and who was right where a person has decided."""
    same_case = triages.c.triage_id == shadow_answers.c.triage_id
    decided = verdicts.c.verdict_id.is_not(None)

    def count(condition: Any) -> Any:
        return func.sum(case((condition, 1), else_=0))

    rows = connection.execute(
        select(
            shadow_answers.c.model_version,
            func.count().label("cases"),
            count(shadow_answers.c.fault != triages.c.fault).label("other_fault"),
            count(triages.c.route == "auto").label("automated_by_champion"),
            count(shadow_answers.c.route == "auto").label("automated_by_challenger"),
            count(decided).label("decided"),
            count(decided & (verdicts.c.fault == triages.c.fault)).label("champion_right"),
            count(decided & (verdicts.c.fault == shadow_answers.c.fault)).label("challenger_right"),
        )
        .join(triages, same_case)
        .outerjoin(reviews, reviews.c.triage_id == triages.c.triage_id)
        .outerjoin(verdicts, verdicts.c.verdict_id == reviews.c.outcome_verdict_id)
        .group_by(shadow_answers.c.model_version)
    )
    return [dict(row) for row in rows.mappings()]
