"""Build the documentation as a site, from the Markdown that also reads well by itself: `make site`.

The site has the repository's layout, so that every link holds in both. `docs/README.md` is its
order: each `##` a section, each line of a list a page. Diagrams are drawn here, not in the reader's
browser. What comes out names no other host for a script, a style, a font or an image, and every
link inside it leads somewhere; else the build fails and says where not.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).parent.parent
CONTENTS = Path("docs/README.md")
STYLE = Path("docs/site.css")
BUILD = ROOT / "build" / "site"
CONFIG = """\
[project]
site_name = "Onhand"
site_description = "An inventory ledger that a shop can trust with its stock"
docs_dir = "pages"
site_dir = "html"
extra_css = ["docs/site.css"]
nav = {nav}

[project.validation]
invalid_links = true
invalid_link_anchors = true

[project.theme]
font = false
features = ["content.code.copy", "navigation.footer", "navigation.sections", "navigation.top"]
"""

_SECTION = re.compile(r"## (.+)")
_PAGE = re.compile(r"- \[([^\]]+)\]\(([^)#]+)\)")
_MERMAID = re.compile(r"^```mermaid\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s#]+)(?:#[^)\s]*)?\)")
_LOADED_BY_STYLES = re.compile(r"(?:url\(|@import)\s*['\"]?(?:https?:)?//([^/'\")\s]+)")


def sections() -> dict[str, dict[str, Path]]:
    """The order of the site: each section's pages by their titles."""
    found: dict[str, dict[str, Path]] = {}
    here: dict[str, Path] = {}
    for line in (ROOT / CONTENTS).read_text(encoding="utf-8").splitlines():
        if section := _SECTION.fullmatch(line):
            here = found.setdefault(section[1], {})
        elif page := _PAGE.match(line):
            path = (ROOT / CONTENTS.parent / page[2]).resolve().relative_to(ROOT)
            here[page[1]] = path
    return found


def pages() -> list[Path]:
    """Every page there is: those of the contents, and the records below them."""
    named = {path for section in sections().values() for path in section.values()}
    records = {path.relative_to(ROOT) for path in (ROOT / "docs").rglob("*.md")}
    return sorted({Path("README.md"), CONTENTS, *named, *records})


def navigation(order: Mapping[str, Mapping[str, Path]]) -> str:
    """The order as the site's maker takes it."""
    told = [
        f"{{ {json.dumps(section)} = [\n"
        + "".join(
            f"    {{ {json.dumps(title)} = {json.dumps(path.as_posix())} }},\n"
            for title, path in below.items()
        )
        + "  ] }"
        for section, below in order.items()
    ]
    start = '{ "Onhand" = "README.md" }'
    return "[\n" + "".join(f"  {part},\n" for part in [start, *told]) + "]"


def gather(into: Path) -> None:
    """Copy every page, its diagrams drawn, and the files that it links to."""
    (into / STYLE).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(ROOT / STYLE, into / STYLE)
    for page in pages():
        text = (ROOT / page).read_text(encoding="utf-8")
        target = into / page
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(_with_drawings(text, target), encoding="utf-8")
        for link in _LINK.findall(text):
            file = (ROOT / page).parent / link
            if "://" not in link and file.is_file() and file.suffix != ".md":
                copy = into / file.resolve().relative_to(ROOT)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, copy)


def _with_drawings(text: str, page: Path) -> str:
    drawings = 0

    def drawn(block: re.Match[str]) -> str:
        nonlocal drawings
        drawings += 1
        file = page.with_name(f"{page.stem}-{drawings}.svg")
        file.write_text(_draw(block[1]), encoding="utf-8")
        return f"[![Diagram]({file.name})]({file.name})"

    return _MERMAID.sub(drawn, text)


def _draw(diagram: str) -> str:
    import mmdr  # of the site's requirements alone

    return str(mmdr.render(diagram).svg())


@dataclass
class Seen:
    """What a page of HTML has and names."""

    anchors: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    undrawn: int = 0


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen = Seen()
        self._in_style = False

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._in_style = tag == "style"
        if "id" in given:
            self.seen.anchors.add(given["id"])
        if "mermaid" in given.get("class", "").split():
            self.seen.undrawn += 1
        if tag == "a" and "href" in given:
            self.seen.links.append(given["href"])
        elif tag == "link" and given.get("rel") not in ("canonical", "next", "prev"):
            self.seen.loads.append(given.get("href", ""))
        elif "src" in given:
            self.seen.loads.append(given["src"])

    def handle_data(self, data: str) -> None:
        if self._in_style:
            self.seen.loads += [f"//{host}" for host in _LOADED_BY_STYLES.findall(data)]


def seen(html: str) -> Seen:
    """Read a page of HTML."""
    reader = _Reader()
    reader.feed(html)
    return reader.seen


def faults(site: Path) -> Iterator[str]:
    """Whatever a built site loads from elsewhere, and each link in it that leads nowhere."""
    read = {path: seen(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}
    for path, page in read.items():
        name = path.relative_to(site)
        yield from (f"{name} loads {it}" for it in page.loads if urlsplit(it).netloc)
        if page.undrawn:
            yield f"{name} leaves {page.undrawn} diagrams to a script from elsewhere"
        # The page for what is not there names everything from the root.
        if path.name != "404.html":
            yield from (f"{name} links to {it}" for it in page.links if _is_lost(it, path, read))
    for path in sorted(site.rglob("*.css")):
        for host in _LOADED_BY_STYLES.findall(path.read_text(encoding="utf-8")):
            yield f"{path.relative_to(site)} loads from {host}"


def _is_lost(link: str, page: Path, read: Mapping[Path, Seen]) -> bool:
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return False
    target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
    if target.is_dir():
        target = target / "index.html"
    if not target.is_file():
        return True
    return bool(parts.fragment) and target in read and parts.fragment not in read[target].anchors


def main() -> None:
    """Build it; exit 1 where something is wrong."""
    shutil.rmtree(BUILD, ignore_errors=True)
    gather(BUILD / "pages")
    config = BUILD / "site.toml"
    config.write_text(CONFIG.format(nav=navigation(sections())), encoding="utf-8")
    command = [sys.executable, "-m", "zensical", "build", "--strict", "--config-file", str(config)]
    if subprocess.run(command, check=False).returncode:
        sys.exit("The site was not built: see above")
    found = list(faults(BUILD / "html"))
    if found:
        sys.exit("\n".join([*found, "The site was built, and is not right"]))
    place = (BUILD / "html").relative_to(ROOT)
    sys.stdout.write(f"The site is in {place}/: serve it by `python -m http.server -d {place}`\n")


if __name__ == "__main__":
    main()
