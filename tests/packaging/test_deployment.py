"""Containers, systemd and proxies: what their files name is there, and the image's commands work.

No container is started here: the commands of the Dockerfile are carried out as they stand, in
folders of the test's own.
"""

from __future__ import annotations

import configparser
import fnmatch
import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from onhand.api.application import ROUTES
from onhand.api.events.stream import HEARTBEAT_S
from onhand.app import App, _uvicorn_options
from onhand.cli import build_cli
from onhand.settings import SECRETS_IN_FILES, Settings
from onhand.store.engine import parse_database
from tests.packaging.conftest import Built
from tests.support.postgres import LOOPBACK, free_port
from tests.support.server import OnhandServer
from tests.support.source import ROOT

VARIABLES = {f"ONHAND_{field.name.upper()}" for field in fields(Settings)} | set(SECRETS_IN_FILES)
COMMANDS = typer.main.get_command(build_cli(App()))
KEEP_ALIVE_S = _uvicorn_options(Settings())["timeout_keep_alive"]
NGINX = ROOT / "deploy" / "nginx.conf"
CADDY = ROOT / "deploy" / "Caddyfile"
SERVICE = ROOT / "deploy" / "onhand.service"


# The Dockerfile


def instructions() -> list[tuple[str, str]]:
    """Its instructions, each as a word and the rest."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ")
    return [
        (word, rest.strip()) for word, _, rest in (x.partition(" ") for x in joined.split("\n"))
    ]


def said(word: str) -> list[str]:
    """What it says by an instruction, each time."""
    return [rest for instruction, rest in instructions() if instruction == word]


def image_environment() -> dict[str, str]:
    """What the image sets."""
    pairs = (shlex.split(text) for text in said("ENV"))
    return {
        name: value for pair in pairs for name, _, value in (one.partition("=") for one in pair)
    }


def copied() -> list[str]:
    """What goes into the image from here."""
    named = [shlex.split(rest) for rest in said("COPY") if not rest.startswith("--from")]
    return [source for names in named for source in names[:-1]]


def test_a_build_gets_what_it_copies_and_nothing_else() -> None:
    allowed = [
        line.removeprefix("!").strip("/")
        for line in (ROOT / ".dockerignore").read_text().splitlines()
        if line.startswith("!")
    ]
    for name in copied():
        assert (ROOT / name).exists(), name
        assert any(fnmatch.fnmatch(name.strip("/"), f"{one}*") for one in allowed), name
    assert {one.partition("/")[0] for one in copied()} == {one.strip("/") for one in allowed}


def test_the_images_commands_make_the_wheel(built: Built, tmp_path: Path) -> None:
    sources, wheels = tmp_path / "build", tmp_path / "wheels"
    sources.mkdir()
    for name in copied():
        (sources / name).parent.mkdir(exist_ok=True)
        copy = shutil.copytree if name.endswith("/") else shutil.copyfile
        copy(built.sources / name, sources / name)
    ran = []
    for command in (one for rest in said("RUN") for one in rest.split(" && ")):
        here = re.sub(r"/opt/\w+/bin/python", shlex.quote(sys.executable), command)
        here = here.replace("/wheels", str(wheels))
        if " pip install " in command:
            # All of it is installed here: pip says whether versions and hashes are whole.
            here += " --dry-run --no-index --quiet"
        elif " hatchling " not in command:
            continue  # a folder, an environment
        subprocess.run(here, shell=True, cwd=sources, check=True, capture_output=True)
        ran.append(command.split()[2])
    assert ran == ["pip", "pip", "hatchling", "pip"]
    (wheel,) = wheels.iterdir()
    assert wheel.name == built.wheel.name
    assert wheel.read_bytes() == built.wheel.read_bytes()


def test_the_image_serves_as_nobody_in_particular() -> None:
    words = [word for word, _ in instructions()]
    assert said("USER") == ["10001:10001"]
    assert words.index("USER") < words.index("ENTRYPOINT")
    environment = image_environment()
    assert {name for name in environment if name.startswith("ONHAND_")} <= VARIABLES
    settings = Settings.from_environment(environment)
    assert str(settings.port) in said("EXPOSE")
    assert parse_database(settings.database).file.parent == Path(said("VOLUME")[0])
    (entry,) = map(json.loads, said("ENTRYPOINT"))
    (command,) = map(json.loads, said("CMD"))
    assert_is_a_command([*entry, *command])


def test_its_health_is_the_servers(serve: Callable[..., OnhandServer], sqlite_url: str) -> None:
    (told,) = said("HEALTHCHECK")
    program = [sys.executable, *json.loads(told.partition(" CMD ")[2])[1:]]
    assert asked_for_health(program, serve(sqlite_url).port) == 0
    assert asked_for_health(program, free_port()) == 1


def asked_for_health(program: list[str], port: int) -> int:
    """The exit code of the image's question."""
    environment = os.environ | {"ONHAND_PORT": str(port)}
    return subprocess.run(program, env=environment, check=False, capture_output=True).returncode


def assert_is_a_command(words: list[str]) -> None:
    """A program of ours with a command that it has."""
    tree: Any = COMMANDS
    program, *rest = words
    assert Path(program).name == "onhand"
    for word in rest:
        tree = tree.commands[word]


# Compose


@pytest.fixture(scope="module")
def compose() -> Any:
    return yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))


def test_what_the_services_name_is_declared(compose: Any) -> None:
    assert set(compose["services"]) == {"onhand", "database"}
    for name, service in compose["services"].items():
        assert set(service.get("secrets", ())) <= set(compose["secrets"]), name
        assert set(service.get("networks", ())) <= set(compose["networks"]), name
        assert set(service.get("depends_on", ())) <= set(compose["services"]), name
        volumes = {volume.partition(":")[0] for volume in service.get("volumes", ())}
        assert volumes <= set(compose["volumes"]), name
        for variable, value in service["environment"].items():
            if variable.endswith("_FILE"):
                assert value.removeprefix("/run/secrets/") in service["secrets"], variable


def test_the_server_is_given_what_it_takes(compose: Any) -> None:
    service, database = compose["services"]["onhand"], compose["services"]["database"]
    given = service["environment"]
    assert set(given) <= VARIABLES
    given = image_environment() | {**given, "ONHAND_URL": "https://stock.example.com"}
    settings = Settings.from_environment(given)
    url = parse_database(settings.database).url
    assert url is not None
    assert url.password is None
    assert compose["services"][url.host] is database
    about = database["environment"]
    assert (url.username, url.database) == (about["POSTGRES_USER"], about["POSTGRES_DB"])
    (network,) = compose["networks"]["shop"]["ipam"]["config"]
    assert settings.trusted_proxies == network["subnet"]
    # Nothing but this machine gets there, and at the image's port.
    assert service["ports"] == [f"127.0.0.1:8080:{settings.port}"]
    assert service["read_only"]


def test_no_secret_is_kept_with_the_sources(compose: Any) -> None:
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    for secret in compose["secrets"].values():
        assert f"/{Path(secret['file']).parts[0]}/" in ignored


def test_the_password_in_the_file_is_what_the_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("päss/w:rd\n", encoding="utf-8")
    with socket.create_server((LOOPBACK, 0)) as database, ThreadPoolExecutor(1) as pool:
        database.settimeout(60)
        told = pool.submit(password_told, database)
        url = f"postgresql://onhand@{LOOPBACK}:{database.getsockname()[1]}/onhand"
        ran = subprocess.run(
            [sys.executable, "-m", "onhand", "verify", "--database", url],
            env=os.environ | {"ONHAND_DATABASE_PASSWORD_FILE": str(tmp_path / "password")},
            capture_output=True,
            text=True,
            check=False,
        )
        assert told.result() == "päss/w:rd"
    assert ran.returncode == 1
    assert "päss" not in ran.stdout + ran.stderr


def password_told(database: socket.socket) -> str:
    """What a client says to a PostgreSQL that asks for a password in plain text."""
    with database.accept()[0] as line, line.makefile("rb") as stream:
        while (first := stream.read(int.from_bytes(stream.read(4)) - 4))[:2] == b"\x04\xd2":
            line.sendall(b"N")  # it asked for TLS, or for another way to be encrypted
        assert b"onhand" in first
        line.sendall(b"R\0\0\0\x08\0\0\0\x03")
        assert stream.read(1) == b"p"
        return stream.read(int.from_bytes(stream.read(4)) - 4).rstrip(b"\0").decode()


# systemd


class Unit(configparser.RawConfigParser):
    """A unit's sections; a name that stands there again has one more line."""

    def __init__(self) -> None:
        super().__init__(strict=False, delimiters=("=",), comment_prefixes=("#",))

    def optionxform(self, optionstr: str) -> str:
        return optionstr


def test_the_unit_says_what_there_is() -> None:
    unit = Unit()
    unit.read_string(SERVICE.read_text(encoding="utf-8"))
    assert unit.sections() == ["Unit", "Service", "Install"]
    service = unit["Service"]
    assert_is_a_command(shlex.split(service["ExecStart"]))
    lines = re.findall(r"^Environment=(\w+)=(.*)$", SERVICE.read_text(), re.MULTILINE)
    assert {name for name, _ in lines} <= VARIABLES
    settings = Settings.from_environment(dict(lines))
    assert parse_database(settings.database).file.parent.as_posix() == service["WorkingDirectory"]
    assert service["WorkingDirectory"] == f"/var/lib/{service['StateDirectory']}"
    for name in ("DynamicUser", "NoNewPrivileges", "PrivateTmp", "MemoryDenyWriteExecute"):
        assert service[name] == "yes", name
    assert service["ProtectSystem"] == "strict"
    assert service["CapabilityBoundingSet"] == ""


def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    """By its own word where it is installed; else what it would say is not known, and not claimed.

    The test above holds the same file to what we know of it, everywhere.
    """
    program = shutil.which("systemd-analyze")
    if program is None:
        return
    unit = tmp_path / "onhand.service"
    here = str(Path(sys.executable).parent / "onhand")
    unit.write_text(SERVICE.read_text().replace("/opt/onhand/bin/onhand", here))
    ran = subprocess.run([program, "verify", unit], capture_output=True, text=True, check=False)
    # It may grumble about other units of the machine.
    assert not [line for line in ran.stderr.splitlines() if "onhand.service" in line], ran.stderr


# Proxies


def endpoints() -> Iterator[str]:
    """Every path that the API has."""
    yield from (path for _, path in ROUTES.values())


def bytes_of(size: str) -> int:
    """A size as nginx and Caddy write it."""
    number, unit = re.fullmatch(r"(\d+)(m|MiB)", size).groups()  # type: ignore[union-attr]
    assert unit
    return int(number) * 1024**2


def test_nginx_is_told_what_there_is() -> None:
    text = NGINX.read_text(encoding="utf-8")
    assert text.count("{") == text.count("}")
    assert f"server 127.0.0.1:{Settings().port};" in text
    blocks = dict(re.findall(r"location (?:= )?(/\S*) \{(.*?)\n    \}", text, re.DOTALL))
    assert_paths_are_there(blocks)
    sizes = {path: re.findall(r"client_max_body_size (\w+)", b) for path, b in blocks.items()}
    (imports,) = sizes["/api/v1/operations/imports/"]
    assert bytes_of(imports) == Settings().import_limit
    outside = re.findall(r"^    client_max_body_size (\w+)", text, re.MULTILINE)
    assert list(map(bytes_of, outside)) == [Settings().body_limit]
    assert "proxy_buffering off" in blocks["/api/v1/operations/events/stream"]
    (kept,) = re.findall(r"keepalive_timeout (\d+)s", text)
    assert int(kept) < KEEP_ALIVE_S
    (patience,) = re.findall(r"^    proxy_read_timeout (\d+)s", text, re.MULTILINE)
    assert int(patience) > max(HEARTBEAT_S, 60)
    assert 'proxy_set_header Forwarded ""' in text


def test_caddy_is_told_what_there_is() -> None:
    text = CADDY.read_text(encoding="utf-8")
    assert text.count("{") == text.count("}")
    assert f"reverse_proxy 127.0.0.1:{Settings().port} " in text
    sizes = dict(re.findall(r"request_body @(\w+) \{\s+max_size (\w+)", text))
    assert bytes_of(sizes["imports"]) == Settings().import_limit
    assert bytes_of(sizes["others"]) == Settings().body_limit
    assert_paths_are_there(re.findall(r"(?<=\s)(/[\w/]+)", text))
    (kept,) = re.findall(r"keepalive (\d+)s", text)
    assert int(kept) < KEEP_ALIVE_S
    assert "header_up -Forwarded" in text


def assert_paths_are_there(named: Any) -> None:
    """Every path a proxy treats by itself is one of the API's, or begins one."""
    there = list(endpoints())
    assert named
    for path in named:
        assert any(one.startswith(path) for one in there), path
