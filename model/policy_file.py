"""Reading policy.yaml: its form checked, and every complaint led back to its line."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path as FilePath

import msgspec
import yaml

from model.errors import PolicyError
from model.policy_conditions import FormError, Path
from model.policy_form import PolicyForm
from model.yaml_loader import Loader

_step = re.compile(r"\.(\w+)|\[(\d+)\]")
LISTED = frozenset({"rules", "deadlines", "abuse_signals"})


@dataclass(frozen=True, kw_only=True)
class PolicySource:
    """A policy file read into its form, with what is needed to find a place in it again."""

    file: FilePath
    root: yaml.Node
    form: PolicyForm
    version: str

    def blame(self, error: FormError) -> str:
        """Return the message: file, line, rule, problem."""
        return _message(self.file, self.root, error.path, error.problem)


def read_form(file: FilePath) -> PolicySource:
    """Read a policy file.

    Raises
    ------
    PolicyError
        Names file and line of what is no YAML, or not in the form of a policy.
    """
    try:
        content = file.read_bytes()
        text = content.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyError(f"{file}: {error}") from error
    try:
        root = yaml.compose(text, Loader=Loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise PolicyError(f"{file}:{line}: {error.problem}") from error
    except yaml.YAMLError as error:
        raise PolicyError(f"{file}: {error}") from error
    if root is None:
        raise PolicyError(f"{file}:1: the file is empty")
    try:
        _refuse_repeated_keys(root, ())
        form = msgspec.convert(_construct(root), PolicyForm)
    except FormError as error:
        raise PolicyError(_message(file, root, error.path, error.problem)) from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise PolicyError(f"{file}:{line}: {error.problem}") from error
    except msgspec.ValidationError as error:
        problem, _, where = str(error).partition(" - at `$")
        raise PolicyError(_message(file, root, _path(where), problem.replace("`", "'"))) from error
    return PolicySource(file=file, root=root, form=form, version=hashlib.sha256(content).hexdigest()[:12])


def _construct(root: yaml.Node) -> object:
    """Make data of the nodes, without parsing the file a second time."""
    return yaml.SafeLoader("").construct_document(root)


def _path(where: str) -> Path:
    """Read msgspec's path `.rules[3].id`; its `[...]`, a value of a free mapping, ends it."""
    known = where.rstrip("`").partition("[...]")[0]
    return tuple(name or int(index) for name, index in _step.findall(known))


def _message(file: FilePath, root: yaml.Node, path: Path, problem: str) -> str:
    node, rule = root, ""
    for i, step in enumerate(path):
        below = _child(node, step)
        if below is None:
            break
        node = below
        if i == 1 and path[0] in LISTED:
            rule = _name_of(node, str(path[0]).removesuffix("s").replace("_", " "))
    place = "" if rule else f"{'.'.join(map(str, path))}: " if path else ""
    return f"{file}:{node.start_mark.line + 1}: {rule}{place}{problem}"


def _child(node: yaml.Node, step: str | int) -> yaml.Node | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        found: yaml.Node = node.value[step]
        return found
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == step), None)
    return None


def _name_of(node: yaml.Node, kind: str) -> str:
    name = _child(node, "id")
    return f"{kind} {name.value}: " if isinstance(name, yaml.ScalarNode) else ""


def _refuse_repeated_keys(node: yaml.Node, path: Path) -> None:
    """YAML keeps the last of two equal keys without a word; an owner would look for hours."""
    if isinstance(node, yaml.SequenceNode):
        for i, item in enumerate(node.value):
            _refuse_repeated_keys(item, (*path, i))
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            if key.value in seen:
                raise FormError((*path, key.value), f"the key '{key.value}' is written twice")
            seen.add(key.value)
            _refuse_repeated_keys(value, (*path, key.value))
