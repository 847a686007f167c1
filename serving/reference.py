"""The tables of docs/ that are made from the code, so that they cannot tell anything else."""

from pathlib import Path
from typing import Any

from rich.console import Console

from serving.app import make_app
from serving.settings import Settings

DOCS = Path(__file__).parents[1] / "docs"
console = Console()


def settings_table() -> str:
    """Return every setting as a Markdown table."""
    lines = ["| variable | default | allowed | meaning |", "|---|---|---|---|"]
    prefix = Settings.model_config["env_prefix"]
    for name, schema in Settings.model_json_schema()["properties"].items():
        default = schema.get("default")
        shown = "*empty*" if default in (None, "", []) else f"`{str(default).lower()}`"
        lines.append(
            f"| `{prefix}{name.upper()}` | {shown} | {_allowed(schema)} | {schema.get('description', '')} |"
        )
    return "\n".join(lines)


def _allowed(schema: dict[str, Any]) -> str:
    """Say in words what a setting may be; an optional one may also be empty."""
    kinds = [kind for kind in schema.get("anyOf", [schema]) if kind.get("type") != "null"]
    first: dict[str, Any] = kinds[0]
    if "enum" in first:
        return ", ".join(f"`{value}`" for value in first["enum"])
    if "minimum" in first and "maximum" in first:
        return f"{first['minimum']:,} to {first['maximum']:,}"
    for rule, words in (("exclusiveMinimum", "above"), ("minimum", "at least"), ("maximum", "at most")):
        if rule in first:
            return f"{words} {first[rule]:,}"
    return {"boolean": "true or false", "integer": "whole number", "number": "number"}.get(
        str(first.get("type")), "path" if first.get("format") == "path" else "text"
    )


def routes_table() -> str:
    """Return every route of the OpenAPI document as a Markdown table."""
    lines = ["| route | what it does |", "|---|---|"]
    for path, operations in sorted(make_app(Settings()).openapi()["paths"].items()):
        for method, operation in operations.items():
            lines.append(f"| `{method.upper()} {path}` | {operation.get('summary', '')} |")
    return "\n".join(lines)


TABLES = {"settings.md": ("settings", settings_table), "api.md": ("routes", routes_table)}


def filled(content: str, mark: str, table: str) -> str:
    """Return the document with `table` between its two marks."""
    opening, closing = f"<!-- {mark}: made by `make docs` -->", f"<!-- /{mark} -->"
    before, _, rest = content.partition(opening)
    _, _, after = rest.partition(closing)
    return f"{before}{opening}\n{table}\n{closing}{after}"


def reference(folder: Path = DOCS) -> None:
    """Write the tables of docs/ that are made from the code."""
    for name, (mark, table) in TABLES.items():
        path = folder / name
        path.write_text(filled(path.read_text("utf-8"), mark, table()), "utf-8")
        console.print(f"[green]✓[/] {path.name}")
