"""The options that all commands which need a server share, and the configuration that they come to."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable, Optional, TypeVar
from urllib.parse import unquote, urlsplit

import click

from .output import quoted

__all__ = ["Customer", "Server", "customer_options", "server_options"]

_Function = TypeVar("_Function", bound=Callable[..., Any])

APIS = {"gms-rest": "/genesys/2/chat/", "gms-cometd": "/cometd", "nexus-rest": "/nexus/", "web-messaging": "/webdeployments/"}
"""The APIs, and what the path of an address has that is of one."""


@dataclass
class Server:
    """A configuration, and how it is called in errors."""

    config: dict[str, Any]
    name: str
    webchat: dict[str, Any] = field(init=False)
    """The part of the configuration that the options stand in."""

    def __post_init__(self) -> None:
        self.webchat = find_webchat(self.config)

    @property
    def keeps_chats(self) -> bool:
        """Whether a chat goes on with the next command."""
        store = self.webchat.get("sessionStore")
        return isinstance(store, dict) and store.get("type") == "file"


@dataclass
class Customer:
    """Who starts a chat."""

    arguments: dict[str, Any]
    """Those of ``start_chat``."""

    def named(self, nickname: str) -> dict[str, Any]:
        """The arguments, with this nickname where none was given."""
        return {"nickname": nickname, **self.arguments}


def find_webchat(config: dict[str, Any]) -> dict[str, Any]:
    """The object of the options in a configuration, which may be one for pages."""
    found = config
    for key in ("_genesys", "widgets", "webchat"):
        inner = found.get(key)
        if isinstance(inner, dict):
            found = inner
    return found


def server_options(function: _Function) -> _Function:
    """The shared options; the command gets them as ``server``."""

    def collect(*args: Any, **given: Any) -> Any:
        taken = {key: given.pop(key) for key in ("config", "url", "api", "endpoint", "api_key", "option", "session")}
        return function(*args, server=find_server(**taken), **given)

    collect.__name__, collect.__doc__ = function.__name__, function.__doc__
    collect.__dict__.update(function.__dict__)
    decorated: Any = collect
    for option in reversed(_SERVER):
        decorated = option(decorated)
    result: _Function = decorated
    return result


_SERVER: list[Callable[[Any], Any]] = [
    click.option("--config", metavar="FILE", type=click.Path(), help="The configuration, a JSON file. Also: WEBCHAT_CONFIG."),
    click.option("-u", "--url", metavar="URL", help="The chat's address (of Web Messaging that of config.json), in place of a configuration."),
    click.option(
        "--api", type=click.Choice(list(APIS)), help="The API at --url; without it the path of the address tells, or gms-rest."
    ),
    click.option("--endpoint", metavar="NAME", help="The chat's endpoint, which Nexus needs."),
    click.option(
        "--api-key", metavar="KEY", envvar="WEBCHAT_API_KEY", help="The API's key. Better in WEBCHAT_API_KEY, where nobody sees it."
    ),
    click.option(
        "-o",
        "--option",
        metavar="NAME=VALUE",
        multiple=True,
        help="Any option of a configuration, such as connection.proxy=none; repeatable.",
    ),
    click.option(
        "--session", metavar="FILE", type=click.Path(), help="Keeps the chat in this file, and goes on with it where it can."
    ),
]


def customer_options(function: _Function) -> _Function:
    """The options for who chats; the command gets them as ``customer``."""

    def collect(*args: Any, **given: Any) -> Any:
        taken = {key: given.pop(key) for key in ("nickname", "firstname", "lastname", "email", "subject")}
        arguments = {key: value for key, value in taken.items() if value is not None}
        data = _pairs(given.pop("data"), "--data")
        if data:
            arguments["user_data"] = data
        return function(*args, customer=Customer(arguments), **given)

    collect.__name__, collect.__doc__ = function.__name__, function.__doc__
    collect.__dict__.update(function.__dict__)
    decorated: Any = collect
    for option in reversed(_CUSTOMER):
        decorated = option(decorated)
    result: _Function = decorated
    return result


_CUSTOMER: list[Callable[[Any], Any]] = [
    click.option("-n", "--nickname", metavar="NAME", help="The customer's name in the chat."),
    click.option("--firstname", metavar="NAME", help="Their first name, for the agent."),
    click.option("--lastname", metavar="NAME", help="Their last name."),
    click.option("--email", metavar="ADDRESS", help="Their e-mail address."),
    click.option("--subject", metavar="TEXT", help="What the chat is about."),
    click.option("-d", "--data", metavar="NAME=VALUE", multiple=True, help="Attached data; repeatable."),
]


def find_server(
    config: Optional[str],
    url: Optional[str],
    api: Optional[str],
    endpoint: Optional[str],
    api_key: Optional[str],
    option: tuple[str, ...],
    session: Optional[str],
) -> Server:
    """The configuration that options and environment come to."""
    if config and url:
        raise click.UsageError("--config and --url exclude each other; single options of a configuration are changed by --option.")
    if api and not url:
        raise click.UsageError("--api goes with --url; a configuration says itself which API it is for.")
    if url:
        server = Server(_for_address(url, api or _guess(url)), url)
    else:
        path = config or os.environ.get("WEBCHAT_CONFIG")
        if not path:
            raise click.UsageError(
                "no server is named: give --url URL or --config FILE, or set WEBCHAT_CONFIG. "
                "'webchat simulate' starts a server to try things with."
            )
        server = Server(read_config(path), path)
    _complete(server, endpoint, api_key)
    for name, value in _pairs(option, "--option").items():
        _put(server.webchat, name, _value(value))
    if session:
        server.webchat["sessionStore"] = {"type": "file", "path": session}
    return server


def read_config(path: str) -> dict[str, Any]:
    """The configuration in a file; ``-`` is the standard input."""
    where = "the standard input" if path == "-" else quoted(path)
    try:
        found = json.loads(sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes())
    except OSError as error:
        raise click.ClickException(f"the configuration {where} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise click.ClickException(f"the configuration {where} is not a text in UTF-8") from None
    except (ValueError, RecursionError) as error:
        at = f": line {error.lineno} column {error.colno}: {error.msg}" if isinstance(error, json.JSONDecodeError) else ""
        raise click.ClickException(f"the configuration {where} is not JSON{at}") from None
    if not isinstance(found, dict):
        raise click.ClickException(f"the configuration {where} is not an object, {{...}}")
    return found


def _guess(url: str) -> str:
    path = urlsplit(url).path
    return next((api for api, part in APIS.items() if part in path), "gms-rest")


def _for_address(url: str, api: str) -> dict[str, Any]:
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).netloc:
        raise click.UsageError(f"--url {quoted(url)} is no address: it begins with http:// or https:// and a host.")
    if api == "nexus-rest":
        return {"transport": {"type": "pureengage-v3-rest", "dataURL": url}}
    if api == "gms-cometd":
        return {"cometD": {"enabled": True, "cometURL": url}}
    if api == "web-messaging":
        return {"transport": _deployment(url)}
    return {"dataURL": url}


def _deployment(url: str) -> dict[str, Any]:
    """The options for the deployment whose ``config.json`` is at this address: of a region, or of a server that has all parts in one place."""
    parts = urlsplit(url)
    place, _, rest = url.partition("/webdeployments/v1/deployments/")
    deployment = unquote(rest.partition("/")[0])
    if not deployment:
        raise click.UsageError(
            f"--url {quoted(url)} names no deployment: it is the address of its config.json, "
            "https://api-cdn.REGION/webdeployments/v1/deployments/ID/config.json."
        )
    options = {"type": "genesyscloud-webmessaging", "deploymentId": deployment}
    if (parts.hostname or "").startswith("api-cdn."):
        return {**options, "domain": parts.netloc.partition(".")[2]}
    return {**options, "socketURL": place.replace("http", "ws", 1), "apiURL": place, "configURL": place}


def _complete(server: Server, endpoint: Optional[str], api_key: Optional[str]) -> None:
    """Puts endpoint and key where the API has them."""
    nexus = isinstance(server.webchat.get("transport"), dict)
    if endpoint:
        _put(server.webchat, "transport.endpoint" if nexus else "endpoint", endpoint)
    if api_key:
        _put(server.webchat, "transport.headers.x-api-key" if nexus else "apikey", api_key)


def _put(webchat: dict[str, Any], name: str, value: Any) -> None:
    *outer, last = name.split(".")
    found = webchat
    for key in outer:
        inner = found.setdefault(key, {})
        if not isinstance(inner, dict):
            raise click.UsageError(f"--option {quoted(name)}: {quoted(key)} is no object in the configuration.")
        found = inner
    found[last] = value


def _value(text: str) -> Any:
    """JSON where it is JSON, else text."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _pairs(given: tuple[str, ...], option: str) -> dict[str, str]:
    pairs = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise click.UsageError(f"{option} {quoted(text)} is not NAME=VALUE.")
        pairs[name] = value
    return pairs
