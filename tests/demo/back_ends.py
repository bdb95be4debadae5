"""The back ends that the demo runs over, by their names, which are the simulator's too."""

from __future__ import annotations

from typing import Callable, NamedTuple


class BackEnd(NamedTuple):
    """How a chat with a server at a URL is configured, and whether its messages are polled."""

    config: Callable[[str], object]
    polls: bool


def nexus_rest(url: str) -> object:
    return {
        "transport": {
            "type": "pureengage-v3-rest",
            "dataURL": url,
            "endpoint": "demo",
            "headers": {"x-api-key": "demo"},
            "pollTimeout": 300,
        }
    }


def gms_cometd(url: str) -> object:
    return {"cometD": {"enabled": True, "cometURL": url, "channel": "/service/chatV2/support"}}


def web_messaging(url: str) -> object:
    base = url.partition("/webdeployments")[0]
    return {
        "transport": {
            "type": "genesyscloud-webmessaging",
            "deploymentId": "9e1b7c1e-3d5f-4a82-8c66-0d7b5a4f2e10",
            "socketURL": base.replace("http", "ws", 1),
            "apiURL": base,
            "configURL": base,
        }
    }


BACK_ENDS = {
    "gms-rest": BackEnd(lambda url: {"dataURL": url}, polls=True),
    "gms-cometd": BackEnd(gms_cometd, polls=False),
    "nexus-rest": BackEnd(nexus_rest, polls=True),
    "web-messaging": BackEnd(web_messaging, polls=False),
}
