"""Every example in the documents gets the answer shown; the guide's, on both databases."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.carrying_out import ON_SQLITE, DocumentedShop
from tests.docs.examples import blocks, steps
from tests.docs.test_seed_examples import DOCUMENTS as DOCUMENTS_OF_THE_SEED
from tests.support.source import ROOT

ALL = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
OTHERS = [ROOT / name for name in ("ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md")]
WITH_EXAMPLES = [path for path in ALL if path not in DOCUMENTS_OF_THE_SEED and steps(path)]
ON_BOTH = [path for path in WITH_EXAMPLES if path.name not in ON_SQLITE]


def named(path: Path) -> str:
    """A document's name in a test's id."""
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("document", ON_BOTH, ids=named)
def test_it_gets_the_answer_shown(document: Path, shop: DocumentedShop) -> None:
    assert shop.carry_out(document) > 0


@pytest.mark.parametrize("name", sorted(ON_SQLITE))
def test_on_sqlite_it_gets_the_answer_shown(name: str, sqlite_shop: DocumentedShop) -> None:
    assert sqlite_shop.carry_out(ROOT / "docs" / name) > 0


LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")


@pytest.mark.parametrize("document", [*ALL, *OTHERS], ids=named)
def test_its_links_lead_somewhere(document: Path) -> None:
    text = "\n".join(_prose(document))
    missing = []
    for link in LINK.findall(text):
        if "://" in link:
            continue
        name, _, anchor = link.partition("#")
        target = (document.parent / name).resolve() if name else document
        if not target.exists() or (anchor and anchor not in _anchors(target)):
            missing.append(link)
    assert not missing, f"{document.relative_to(ROOT)} links to {missing}"


def _prose(document: Path) -> list[str]:
    return [lines[0] for _, language, lines in blocks(document) if language == ""]


def _anchors(document: Path) -> set[str]:
    """The anchors that GitHub gives to a document's headings."""
    return {
        re.sub(r"[^\w\- ]", "", line.lstrip("#").strip().lower()).replace(" ", "-")
        for line in _prose(document)
        if line.startswith("#")
    }
