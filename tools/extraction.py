"""Find the messages of the code, in Python files and in templates.

In Python a message is

- the text given to a function of gettext, under its own name or as `_`;
- the text handed to a parameter called `message`, of any function or value of ours: `Refused("The invoice
  has no lines.")` and all that leads there;
- in both cases also by way of a conditional, or of a name that the same file assigns texts to
  (`Refused(_GUARDS[key])`).

In templates it is what Django's own lexer sees: translate and blocktranslate (context, plural, trimmed), and
`_("…")` in variables, filters, tags and attributes of components.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation.template import templatize

# Places of singular, plural and context among the arguments of gettext's functions.
GETTEXT: dict[str, tuple[int, int | None, int | None]] = {
    "_": (0, None, None),
    "gettext": (0, None, None),
    "gettext_lazy": (0, None, None),
    "gettext_noop": (0, None, None),
    "ngettext": (0, 1, None),
    "ngettext_lazy": (0, 1, None),
    "pgettext": (1, None, 0),
    "pgettext_lazy": (1, None, 0),
    "npgettext": (1, 2, 0),
    "npgettext_lazy": (1, 2, 0),
}
PARAMETER = "message"
TEMPLATES = {".html", ".txt"}
STRING = r"""u?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
CALL = re.compile(rf"\b(_|n?p?gettext)\(\s*{STRING}(?:\s*,\s*{STRING})?(?:\s*,\s*{STRING})?")
IN_ATTRIBUTE = re.compile(rf"""\s:[\w.-]+=(?:"[^"]*?|'[^']*?)\b_\({STRING}\)""")


@dataclass(frozen=True, slots=True)
class Found:
    """A message and where it stands."""

    place: str
    line: int
    singular: str
    plural: str | None = None
    context: str | None = None


def extract(package: Path) -> list[Found]:
    """Find every message of a package, in the order of files and lines."""
    modules = {
        path: ast.parse(path.read_text(encoding="utf-8"), str(path))
        for path in sorted(package.rglob("*.py"))
        if "migrations" not in path.parts
    }
    takers = takers_of_messages(modules.values())
    found: list[Found] = []
    for path, module in modules.items():
        found += in_python(module, takers=takers, place=str(path.relative_to(package)))
    for path in sorted(package.rglob("*")):
        if path.suffix in TEMPLATES and "templates" in path.parts:
            source = path.read_text(encoding="utf-8")
            found += in_template(source, place=str(path.relative_to(package)))
    return found


Takers = Mapping[str, set[int]]


def takers_of_messages(modules: Iterable[ast.Module]) -> Takers:
    """Names of functions and values that take a message, and its place among their arguments.

    Whatever takes it by keyword only is there with no place.
    """
    takers: dict[str, set[int]] = defaultdict(set)
    for module in modules:
        for node in ast.walk(module):
            if isinstance(node, ast.FunctionDef):
                _add_function(takers, node.name, node)
            elif isinstance(node, ast.ClassDef):
                _add_class(takers, node)
    return takers


def _add_function(takers: dict[str, set[int]], name: str, node: ast.FunctionDef) -> None:
    names = [argument.arg for argument in [*node.args.posonlyargs, *node.args.args]]
    if names[:1] in (["self"], ["cls"]):
        names = names[1:]
    if PARAMETER in names:
        takers[name].add(names.index(PARAMETER))
    elif PARAMETER in [argument.arg for argument in node.args.kwonlyargs]:
        takers[name]  # known, by keyword only


def _add_class(takers: dict[str, set[int]], node: ast.ClassDef) -> None:
    """A class takes what its `__init__` does; a dataclass its fields in their order."""
    for statement in node.body:
        if isinstance(statement, ast.FunctionDef) and statement.name == "__init__":
            _add_function(takers, node.name, statement)
    if any("dataclass" in ast.unparse(decorator) for decorator in node.decorator_list):
        fields = [
            statement.target.id
            for statement in node.body
            if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
        ]
        if PARAMETER in fields:
            takers[node.name].add(fields.index(PARAMETER))


def in_python(module: ast.Module, *, takers: Takers, place: str) -> list[Found]:
    """Find the messages of one Python file."""
    named = _texts_by_name(module)
    found: list[Found] = []
    for node in ast.walk(module):
        if not isinstance(node, ast.Call):
            continue
        name = _name_of(node.func)
        if name in GETTEXT:
            found += _of_gettext(node, name, named=named, place=place)
        elif name in takers:
            given = [node.args[at] for at in takers[name] if at < len(node.args)]
            given += [keyword.value for keyword in node.keywords if keyword.arg == PARAMETER]
            found += [
                Found(place, line, text) for value in given for line, text in _texts(value, named) if text
            ]
    return sorted(found, key=lambda one: one.line)


def _of_gettext(
    node: ast.Call, name: str, *, named: Mapping[str, list[ast.Constant]], place: str
) -> Iterator[Found]:
    singular, plural, context = GETTEXT[name]

    def text(at: int | None) -> str | None:
        if at is None or at >= len(node.args):
            return None
        value = node.args[at]
        return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else None

    if plural is not None or context is not None:
        message = text(singular)
        if message:
            yield Found(place, node.lineno, message, text(plural), text(context))
    elif node.args:
        for line, message in _texts(node.args[0], named):
            yield Found(place, line, message)


def _texts(node: ast.expr, named: Mapping[str, list[ast.Constant]]) -> Iterator[tuple[int, str]]:
    """The texts that an expression may stand for, each with its line."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.lineno, node.value
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body, named)
        yield from _texts(node.orelse, named)
    elif isinstance(node, ast.Subscript):
        yield from _texts(node.value, named)
    elif isinstance(node, ast.Name):
        for constant in named.get(node.id, ()):
            yield constant.lineno, constant.value  # type: ignore[misc]


def _texts_by_name(module: ast.Module) -> dict[str, list[ast.Constant]]:
    """The texts that a file assigns to a name, alone or as the values of a table."""
    named: dict[str, list[ast.Constant]] = defaultdict(list)
    for node in ast.walk(module):
        if isinstance(node, ast.Assign):
            targets, value = node.targets, node.value
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            targets, value = [node.target], node.value
        else:
            continue
        values = value.values if isinstance(value, ast.Dict) else [value]
        texts = [one for one in values if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        for target in targets:
            if isinstance(target, ast.Name):
                named[target.id] += texts
    return named


def _name_of(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def in_template(source: str, *, place: str) -> list[Found]:
    """Find the messages of one template."""
    found = []
    calls = templatize(source)
    for match in CALL.finditer(calls):
        texts = [ast.literal_eval(text) for text in match.groups()[1:] if text]
        singular, plural, context = GETTEXT[match.group(1)]
        found.append(
            Found(
                place,
                calls.count("\n", 0, match.start()) + 1,
                texts[singular],
                None if plural is None else texts[plural],
                None if context is None else texts[context],
            )
        )
    for match in IN_ATTRIBUTE.finditer(source):
        text = ast.literal_eval(match.group(1))
        found.append(Found(place, source.count("\n", 0, match.start()) + 1, text))
    return sorted(found, key=lambda one: one.line)
