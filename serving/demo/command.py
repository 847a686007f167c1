"""The command: send, count, print."""

import asyncio
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from model.taxonomy import FAULT_LABELS, gloss
from serving.demo.figures import Answered, Share, answered_from, by_label, figures_of
from serving.demo.running import NoServiceError, service
from serving.demo.texts import REAL_TEXTS, DemoText, DemoTexts, read_texts
from serving.settings import get_settings

CONCURRENCY = 8
PAGE_SIZE = 200

console = Console()


def demo(
    texts: Annotated[Path, typer.Option(help="JSON lines with text, label and sure.")] = REAL_TEXTS,
    api_key: Annotated[
        str, typer.Option(envvar="REFUND_TRIAGE_API_KEY", help="Key, where the service asks for one.")
    ] = "",
) -> None:
    """Send real texts through the running service and print what came of it."""
    chosen = read_texts(texts)
    headers = {"authorization": f"Bearer {api_key}"} if api_key else {}
    try:
        with service(get_settings()) as (url, is_own):
            started = "started for this run, with an empty queue" if is_own else "running already"
            console.print(f"[bold]{chosen.origin}[/]\n[dim]service: {url} ({started})[/]")
            run = f"demo-{uuid.uuid4().hex[:12]}"
            answers = send_with_progress(url, run, chosen.texts, headers)
            show(chosen, answers)
            show_reasons([answer for answer in answers if answer is not None])
            show_queue(url, run, is_own, headers)
    except NoServiceError as error:
        console.print(f"[red]✗[/] {error}", soft_wrap=True)
        raise typer.Exit(1) from None


def send_with_progress(
    url: str, run: str, texts: Sequence[DemoText], headers: dict[str, str]
) -> list[Answered | None]:
    """Send every text as a request of its own under a fresh id; None where no answer came."""
    columns = (
        TextColumn("[progress.description]{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("POST /v1/triage", total=len(texts))
        return asyncio.run(send(url, run, texts, headers, lambda: progress.advance(task)))


async def send(
    url: str, run: str, texts: Sequence[DemoText], headers: dict[str, str], on_answer: Callable[[], None]
) -> list[Answered | None]:
    """Send texts, a few at a time, and return the answers in their order."""
    gate = asyncio.Semaphore(CONCURRENCY)
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=30.0, trust_env=False) as client:

        async def one(number: int, item: DemoText) -> Answered | None:
            async with gate:
                body = {"refund_id": f"{run}-{number:04d}", "text": item.text}
                try:
                    response = await client.post("/v1/triage", json=body)
                except httpx.HTTPError:
                    return None
                finally:
                    on_answer()
            return answered_from(item.label, response.json()) if response.status_code == 200 else None

        return await asyncio.gather(*(one(number, item) for number, item in enumerate(texts, start=1)))


def show(chosen: DemoTexts, answers: Sequence[Answered | None]) -> None:
    """Print the two tables of figures."""
    everything = [a for a in answers if a is not None]
    plain = [
        a for a, text in zip(answers, chosen.texts, strict=True) if a is not None and not text.is_arguable
    ]
    if failed := len(answers) - len(everything):
        console.print(f"[red]{failed} of {len(answers)} texts got no answer and are not counted below[/]")
    table = Table(title="By label (the most probable of the six)", title_justify="left")
    for name in ("label", "", "precision", "recall"):
        table.add_column(name, justify="right" if name in {"precision", "recall"} else "left")
    shares = by_label(everything)
    for name in FAULT_LABELS:
        precision, recall = shares[name]
        table.add_row(name, gloss(name), *(_fraction(share) for share in (precision, recall)))
    console.print(table)
    table = Table(title="Automation and harm, with 95 % intervals", title_justify="left")
    for name in ("", f"all {len(everything)}", f"{len(plain)} not arguable"):
        table.add_column(name)
    both = (figures_of(everything), figures_of(plain))
    present = len({a.label for a in everything} - {"none"})
    table.add_row(f"macro-F1 over {present} categories", *(f"{figures.macro_f1:.3f}" for figures in both))
    for title, name in (
        ("automated, of texts with a category", "automated"),
        ("wrongly, of those automated", "wrongly_automated"),
        ("automated, of texts without category", "outside_automated"),
        ("false accusations (not abuse, called abuse)", "false_accusations"),
    ):
        table.add_row(title, *(_percentage(getattr(figures, name)) for figures in both))
    console.print(table)


def show_reasons(answers: Sequence[Answered]) -> None:
    """Print why cases go to people; a case may have several reasons."""
    sent_there = sum(not answer.is_automated for answer in answers)
    reasons = Counter(reason for answer in answers for reason in answer.reasons)
    table = Table(title=f"{sent_there} of {len(answers)} go to people", title_justify="left")
    for name in ("reason", "", "cases"):
        table.add_column(name, justify="right" if name == "cases" else "left")
    for reason, count in reasons.most_common():
        table.add_row(reason, gloss(reason), str(count))
    console.print(table)


def show_queue(url: str, run: str, is_own: bool, headers: dict[str, str]) -> None:
    """Print how many cases the service's queue holds now."""
    waiting = waiting_reviews(url, headers)
    if waiting is None:
        console.print(f"[dim]the queue asks for a login: {url}/review[/]")
        return
    mine = sum(review["refund_id"].startswith(run) for review in waiting)
    where = "gone with the service of this run" if is_own else f"decide them at {url}/review"
    console.print(f"queue: {len(waiting)} cases wait, {mine} of them of this run ({where})")


def waiting_reviews(url: str, headers: dict[str, str]) -> list[dict[str, Any]] | None:
    """Read every waiting review, page by page; None where the queue wants a login."""
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    with httpx.Client(base_url=url, headers=headers, timeout=30.0, trust_env=False) as client:
        while True:
            query: dict[str, str | int] = {"state": "waiting", "limit": PAGE_SIZE}
            if cursor is not None:
                query["cursor"] = cursor
            response = client.get("/v1/reviews", params=query)
            if response.status_code in {401, 403}:
                return None
            page = response.raise_for_status().json()
            found += page["reviews"]
            cursor = page["next_cursor"]
            if cursor is None:
                return found


def _fraction(share: Share) -> str:
    return f"{share.value:.3f}  ({share.count}/{share.whole})" if share.whole else "–"


def _percentage(share: Share) -> str:
    if not share.whole:
        return "–"
    low, high = share.interval
    return f"{share.value:.1%}  ({share.count}/{share.whole}; {low:.1%}–{high:.1%})"
