"""How much the tests of `alerts` notice: each line is changed in one small way, and some test has to fail.

`python -m tests.alerts.mutation [--sample N] [--only NAME]...` is run by hand, never in CI: it takes some
seconds of CPU for each change. No file is touched: a child process is given the changed module instead.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import copy
import importlib.util
import os
import random
import resource
import signal
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, NamedTuple

import click
import pytest
from hypothesis import Phase, settings

from questionnaires import library

HERE = Path(__file__).parent
SOURCES = HERE.parent.parent / "alerts"
#: Seconds of CPU after which a change counts as noticed: it made something endless.
ENDLESS = 120
#: These read the whole library of rules, so they are asked last; the first are those that import what is changed.
SLOW = ("test_evaluation.py", "test_safety.py", "test_shipped.py", "test_limits.py", "test_emergencies.py")

_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}


class Change(NamedTuple):
    """One change of one module: where, what, and the module as it is then."""

    module: str
    line: int
    what: str
    tree: ast.Module


def changes(path: Path) -> Iterator[Change]:
    """Yield every change of one module, each alone."""
    tree = ast.parse(path.read_text())
    name = f"alerts.{path.stem}"
    for index, node in enumerate(nodes := list(_code(tree))):
        for number, (what, _) in enumerate(_variants(node)):
            changed = copy.deepcopy(tree)
            theirs = list(_code(changed))[index]
            assert type(theirs) is type(nodes[index])
            put = list(_variants(theirs))[number][1]
            _replace(changed, theirs, put)
            ast.fix_missing_locations(changed)
            yield Change(name, getattr(node, "lineno", 0), what, changed)


def _code(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield all that runs: no annotations, docstrings, decorators or imports, and no words of an exception."""
    for name, value in ast.iter_fields(tree):
        if name in ("annotation", "returns", "decorator_list"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.Import | ast.ImportFrom) or not isinstance(child, ast.AST) or _is_words(child):
                continue
            yield child
            yield from _code(child)


def _is_words(node: ast.AST) -> bool:
    match node:
        case ast.Expr(value=ast.Constant()):
            return True
        case ast.Assign(targets=[ast.Name(id="__all__")]) | ast.AnnAssign(annotation=ast.Name(id="TypeAlias")):
            return True
        case ast.Assign(value=ast.Call(func=ast.Name(id="TypeVar"))) | ast.JoinedStr():
            return True
        case ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return True
    return False


def _variants(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:  # noqa: C901  (one table of changes)
    """Yield what a node may be changed into, each with a word of what it was and is."""
    match node:
        case ast.Compare(ops=[operator]) if type(operator) in _COMPARISONS:
            other = _COMPARISONS[type(operator)]()
            yield _said(node, ast.Compare(node.left, [other], node.comparators))
        case ast.Compare(ops=[first, second]):
            for ops in ([_COMPARISONS[type(first)](), second], [first, _COMPARISONS[type(second)]()]):
                yield _said(node, ast.Compare(node.left, list(ops), node.comparators))
        case ast.BoolOp(op=operator):
            yield _said(node, ast.BoolOp(ast.Or() if isinstance(operator, ast.And) else ast.And(), node.values))
        case ast.UnaryOp(op=ast.Not() | ast.USub()):
            yield _said(node, node.operand)
        case ast.BinOp(op=operator) if type(operator) in _ARITHMETIC:
            yield _said(node, ast.BinOp(node.left, _ARITHMETIC[type(operator)](), node.right))
        case ast.Constant(value=bool() as value):
            yield _said(node, ast.Constant(not value))
        case ast.Constant(value=int() | float() as value):
            yield _said(node, ast.Constant(value + 1))
        case ast.Constant(value=str() as value):
            yield _said(node, ast.Constant(value + "x"))
        case ast.Return(value=ast.expr() as value) if not (isinstance(value, ast.Constant) and value.value is None):
            yield _said(node, ast.Return(ast.Constant(None)))
        case ast.Raise() | ast.Expr(value=ast.Call() | ast.Yield() | ast.YieldFrom()):
            yield _said(node, ast.Expr(ast.Constant(None)))
        case ast.If(test=test) | ast.IfExp(test=test) if not isinstance(test, ast.Compare | ast.UnaryOp):
            yield f"not: {ast.unparse(test)}", _with_test(node, ast.UnaryOp(ast.Not(), test))
        case ast.comprehension(ifs=[_, *_]):
            yield _without_conditions(node)


def _said(before: ast.AST, after: Any) -> tuple[str, ast.AST]:
    return f"{ast.unparse(before)}  ->  {ast.unparse(ast.fix_missing_locations(after))}", after


def _with_test(node: ast.AST, test: ast.expr) -> ast.AST:
    changed = copy.copy(node)
    changed.test = test  # type: ignore[attr-defined]
    return changed


def _without_conditions(node: ast.comprehension) -> tuple[str, ast.AST]:
    conditions = " if ".join(ast.unparse(each) for each in node.ifs)
    return f"no condition: {conditions}", ast.comprehension(node.target, node.iter, [], node.is_async)


def _replace(tree: ast.AST, old: ast.AST, new: ast.AST) -> None:
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, name, new)
            elif isinstance(value, list) and any(each is old for each in value):
                setattr(parent, name, [new if each is old else each for each in value])


class _Changed(SourceFileLoader):
    """Loads a module from a tree instead of its file."""

    tree: ast.Module

    def get_code(self, fullname: str) -> CodeType:
        return compile(self.tree, self.path, "exec")


class _Finder(MetaPathFinder):
    """Finds the changed module before anything else does."""

    def __init__(self, change: Change) -> None:
        self.change = change

    def find_spec(self, name: str, path: Any = None, target: ModuleType | None = None) -> ModuleSpec | None:
        if name != self.change.module:
            return None
        file = str(SOURCES / f"{name.rpartition('.')[2]}.py")
        loader = _Changed(name, file)
        loader.tree = self.change.tree
        return importlib.util.spec_from_file_location(name, file, loader=loader)


def noticed(change: Change) -> bool:
    """Tell whether any test fails over the change; run in a child of its own, forked where the rest is loaded."""
    child = os.fork()
    if child == 0:
        os._exit(_tried(change))
    _, status = os.waitpid(child, 0)
    return not (os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0)


def _tried(change: Change) -> int:
    resource.setrlimit(resource.RLIMIT_CPU, (ENDLESS, ENDLESS + 1))
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    sys.meta_path.insert(0, _Finder(change))
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    fast = [path for path in sorted(HERE.glob("test_*.py")) if path.name not in SLOW]
    near = [path for path in fast if f"from {change.module} import" in path.read_text()]
    far = [path for path in fast if path not in near]
    return _run(near) or _run(far) or _run([HERE / name for name in SLOW])


def _run(files: Sequence[Path]) -> int:
    if not files:
        return 0
    plain = ["-x", "-q", "--noconftest", "-p", "no:cacheprovider", "-p", "no:randomly"]
    with contextlib.suppress(BaseException):
        return int(pytest.main([*plain, *map(str, files)]))
    return 1


def main() -> int:
    """Try the changes and print those that no test noticed; ends with 1 below nine in ten."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, help="so many changes, drawn at random")
    parser.add_argument("--only", action="append", help="a module, such as judging")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=1)
    given = parser.parse_args()
    paths = [path for path in sorted(SOURCES.glob("*.py")) if not given.only or path.stem in given.only]
    found = [change for path in paths for change in changes(path)]
    if given.sample is not None and given.sample < len(found):
        found = random.Random(given.seed).sample(found, given.sample)
    # A failure is enough: it need not be made small.
    settings.register_profile("changes", phases=(Phase.explicit, Phase.generate), database=None, deadline=None)
    settings.load_profile("changes")
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    library.versions()  # read once, for all children
    unchanged = Change("alerts.rules", 0, "nothing", ast.parse((SOURCES / "rules.py").read_text()))
    if noticed(unchanged):
        parser.error("the tests fail as they are")
    left = 0
    with ThreadPoolExecutor(given.processes) as pool:
        for number, (change, seen) in enumerate(zip(found, pool.map(noticed, found), strict=True), start=1):
            left += not seen
            if not seen:
                click.echo(f"{change.module}:{change.line}  {change.what}")
            if number % 50 == 0:
                click.echo(f"({number} of {len(found)}, {left} not noticed)", err=True)
    score = 1 - left / len(found)
    click.echo(f"{len(found)} changes, {len(found) - left} noticed: {score:.1%}")
    return 0 if score >= 0.9 else 1


if __name__ == "__main__":
    sys.exit(main())
