"""A chat over GMS by hand-written aiohttp: what a program does that has no library."""

from __future__ import annotations

import urllib.parse
from typing import Any

import aiohttp


class BareChat:
    """A chat to which messages are posted. Each answer is read, and looked at."""

    def __init__(self, session: aiohttp.ClientSession, url: str, ids: dict[str, str]) -> None:
        self._session, self._url, self._ids = session, url, ids

    @staticmethod
    async def start(session: aiohttp.ClientSession, url: str) -> BareChat:
        answer = await _post(session, url, {"firstName": "Mia", "lastName": "Lund"})
        ids = {key: answer[key] for key in ("secureKey", "userId", "alias")}
        return BareChat(session, f"{url}/{answer['chatId']}/send", ids)

    async def send(self, text: str) -> None:
        answer = await _post(self._session, self._url, {**self._ids, "message": text, "messageType": "text"})
        assert answer["statusCode"] == 0


async def _post(session: aiohttp.ClientSession, url: str, form: dict[str, str]) -> Any:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    async with session.post(url, data=urllib.parse.urlencode(form), headers=headers) as answer:
        assert answer.status == 200
        return await answer.json()
