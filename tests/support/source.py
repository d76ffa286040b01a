"""Python files as the house's rules see them: what they import, call and write as text."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "onhand"


@dataclass(frozen=True)
class Source:
    """One file of the package, parsed."""

    path: Path

    @cached_property
    def text(self) -> str:
        """The file as it stands."""
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        """The file, parsed."""
        return ast.parse(self.text, filename=str(self.path))

    @property
    def parts(self) -> tuple[str, ...]:
        """The path below the package: `("store", "rows.py")`."""
        return self.path.relative_to(PACKAGE).parts

    @property
    def room(self) -> str:
        """The package's folder or file that holds it: `core`, `app`."""
        return self.parts[0].removesuffix(".py")

    def at(self, node: ast.AST, problem: str) -> str:
        """A problem, with the file and line to look at."""
        return f"{self.path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}: {problem}"

    def imports(self) -> Iterator[tuple[ast.AST, str]]:
        """Every module imported, wherever in the file, by its full name."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield node, alias.name
            elif isinstance(node, ast.ImportFrom):
                base = self._base(node)
                yield node, base
                # `from onhand import store` imports the room as `import onhand.store` does.
                for alias in node.names:
                    yield node, f"{base}.{alias.name}"

    def calls(self) -> Iterator[tuple[ast.Call, str]]:
        """Every call, with the dotted name that is called: `datetime.now`, `open`."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call):
                yield node, dotted(node.func)

    def strings(self) -> Iterator[tuple[ast.AST, str]]:
        """Every string but docstrings; what an f-string fills in stands as `{}`."""
        skipped = {id(text) for text in self._docstrings()}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.JoinedStr):
                skipped.update(id(part) for part in node.values)
                yield (
                    node,
                    "".join(
                        str(part.value) if isinstance(part, ast.Constant) else "{}"
                        for part in node.values
                    ),
                )
            elif (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and id(node) not in skipped
            ):
                yield node, node.value

    def undocumented(self) -> Iterator[tuple[ast.AST, str]]:
        """The module, its public classes, functions and ports' methods that lack a docstring."""
        if not ast.get_docstring(self.tree):
            yield self.tree, "module"
        yield from self._undocumented(self.tree, methods=False)

    def _undocumented(
        self, within: ast.Module | ast.ClassDef, *, methods: bool
    ) -> Iterator[tuple[ast.AST, str]]:
        for node in within.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                if not ast.get_docstring(node):
                    yield node, node.name
                is_port = any(dotted(base).endswith("Protocol") for base in node.bases)
                yield from self._undocumented(node, methods=is_port)
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                wanted = methods or isinstance(within, ast.Module)
                if wanted and not node.name.startswith("_") and not ast.get_docstring(node):
                    yield node, node.name

    def _docstrings(self) -> Iterator[ast.Constant]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                yield node.value

    def _base(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        here = ("onhand", *self.parts)
        return ".".join([*here[: len(here) - node.level], *filter(None, [node.module])])


def dotted(node: ast.expr) -> str:
    """The name behind an expression: `schema.levels.insert`; `?` for what is no name."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    if isinstance(node, ast.Subscript):
        return dotted(node.value)
    return "?"


def package_sources() -> list[Source]:
    """Every Python file of the package."""
    return [Source(path) for path in sorted(PACKAGE.rglob("*.py"))]
