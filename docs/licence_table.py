"""Write the licence of whatever Onhand runs on into the page that lists them: `make docs`.

What stands in the page between `<!-- licences: packages -->` (or `kinds`) and `<!-- end -->` is
made of the pinned requirements and of what the packages that are installed tell. A test fails where
the page is not what they say, or where one has a licence that nobody here has looked at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = Path(__file__).parent / "licences.md"
MARKED = re.compile(r"(?<=<!-- licences: )(\w+)( -->\n).*?(?=<!-- end -->)", re.DOTALL)

KINDS: Mapping[str, str] = {
    "MIT": "keep the notice",
    "MIT-0": "nothing",
    "MIT-CMU": "keep the notice",
    "ISC": "keep the notice",
    "BSD": "keep the notice; which of its forms, the package does not say",
    "BSD-2-Clause": "keep the notice",
    "BSD-3-Clause": "keep the notice, do not advertise with its authors",
    "Apache-2.0": "keep the notices, tell what you changed",
    "PSF-2.0": "keep the notice, tell what you changed",
    "OFL-1.1": "keep the notice; a font that is changed needs another name",
    "MPL-2.0": "publish your changes of its own files",
    "LGPL-3.0-only": "publish your changes of it, let others put another version in its place",
}
"""Every licence there is among them, and in short what it asks of who passes the package on."""

ELSEWHERE: Mapping[str, str] = {
    "colorama": "BSD-3-Clause",
    "httpx2-jsfetch": "BSD-3-Clause",
    "pywin32": "PSF-2.0",
    "tzdata": "Apache-2.0",
}
"""What only other systems than Linux install."""

OLDER_WORDS: Mapping[str, str] = {
    "MIT License": "MIT",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "3-Clause BSD License": "BSD-3-Clause",
    "ISC License": "ISC",
    "ISC License (ISCL)": "ISC",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "SIL Open Font License 1.1 (OFL-1.1)": "OFL-1.1",
    "SIL OFL 1.1": "OFL-1.1",
}
"""How packages named their licence before SPDX's names were agreed upon."""


class UnknownLicence(Exception):
    """A package tells no licence that we understand, or is not the one that is pinned."""


@dataclass(frozen=True)
class Package:
    """A pinned package."""

    name: str
    version: str
    licence: str
    runs: bool
    """Whether every server needs it; else an extra does."""


@cache
def packages() -> tuple[Package, ...]:
    """Whatever a server may run on, by name. Raises `UnknownLicence`."""
    needed = pins("run")
    return tuple(
        Package(name, version, licence_of(name, version), runs=name in needed)
        for name, version in sorted(pins("image").items())
    )


def pins(file: str) -> dict[str, str]:
    """Packages and versions of one of the requirements."""
    text = (ROOT / "requirements" / f"{file}.txt").read_text(encoding="utf-8")
    return dict(re.findall(r"^([\w.-]+)==([^\s;\\]+)", text, re.MULTILINE))


def licence_of(name: str, version: str) -> str:
    """A package's licence, by SPDX's names. Raises `UnknownLicence`."""
    try:
        about = metadata(name)
    except PackageNotFoundError:
        if name not in ELSEWHERE:
            raise UnknownLicence(f"{name} is not installed: make dev") from None
        return ELSEWHERE[name]
    if about["Version"] != version and name not in ELSEWHERE:
        raise UnknownLicence(f"{name} {version} is pinned, not {about['Version']}: make dev")
    fields = {name: about[name] for name in ("License-Expression", "License") if name in about}
    told = fields.get("License-Expression") or _in_older_words(
        fields.get("License", ""), about.get_all("Classifier") or []
    )
    if not told or not set(names_in(told)) <= KINDS.keys():
        raise UnknownLicence(f"{name} has a licence that nobody has looked at: {told!r}")
    return told


def names_in(licence: str) -> list[str]:
    """The licences in an expression, as `MIT OR Apache-2.0`."""
    return re.split(r" (?:OR|AND) ", licence)


def _in_older_words(field: str, classifiers: Iterable[str]) -> str:
    """What the older fields say: one line in plain words, or a choice among classifiers."""
    named = OLDER_WORDS.get(field, field)
    if set(names_in(named)) <= KINDS.keys():
        return named
    prefix = "License :: OSI Approved :: "
    found = [text.removeprefix(prefix) for text in classifiers if text.startswith(prefix)]
    if found:
        return " OR ".join(sorted(OLDER_WORDS.get(text, text) for text in found))
    # The whole text in the place of its name.
    return "MIT" if field.startswith("MIT License") else ""


def package_rows() -> Iterator[str]:
    """Each package with its version and its licence."""
    yield "| package | version | licence | for |"
    yield "|---|---|---|---|"
    for one in packages():
        yield f"| {one.name} | {one.version} | {one.licence} | {'' if one.runs else 'extras'} |"


def kind_rows() -> Iterator[str]:
    """Each licence that there is, what it asks, and how many packages have it."""
    yield "| licence | packages | asks of who passes it on |"
    yield "|---|---|---|"
    for name, asks in KINDS.items():
        count = sum(name in names_in(one.licence) for one in packages())
        yield f"| {name} | {count} | {asks} |"


TABLES: Mapping[str, Callable[[], Iterable[str]]] = {"packages": package_rows, "kinds": kind_rows}


def page(text: str) -> str:
    """The page with its tables as they are now."""
    return MARKED.sub(
        lambda marked: marked[1] + marked[2] + "".join(f"{x}\n" for x in TABLES[marked[1]]()), text
    )


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
