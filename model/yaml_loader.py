"""The YAML loader of the shipped files: safe, and libyaml's where PyYAML has it (ten times as fast)."""

from typing import Any

import yaml

Loader: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load_yaml(text: str) -> Any:
    """Return the document of a YAML text.

    Raises
    ------
    yaml.YAMLError
        When it is none.
    """
    return yaml.load(text, Loader=Loader)  # noqa: S506  # both loaders are safe ones
