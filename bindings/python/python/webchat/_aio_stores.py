"""What keeps the session of a chat for asyncio, as programs make it."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import Any, Protocol


class SessionStore(Protocol):
    """As :class:`webchat.SessionStore`; the methods may be coroutine functions.

    >>> class Shared:
    ...     def __init__(self) -> None:
    ...         self.kept: dict[str, str] = {}
    ...
    ...     async def load(self) -> dict[str, str]:
    ...         return self.kept
    ...
    ...     async def apply(self, changes: dict[str, str | None]) -> None:
    ...         await asyncio.sleep(0)
    ...         self.kept.update({key: value for key, value in changes.items() if value is not None})
    >>> async def main() -> None:
    ...     store = Shared()
    ...     async with webchat.aio.Chat(config, store=store) as chat:
    ...         await chat.start_chat(nickname="Jo")
    ...     print(len(store.kept) > 0)
    >>> asyncio.run(main())
    True
    """

    def load(self) -> Mapping[str, str] | None | Awaitable[Mapping[str, str] | None]:
        """Returns everything stored."""

    def apply(self, changes: dict[str, str | None]) -> Awaitable[None] | None:
        """Carries out all changes: a key's new value, or ``None`` when it is deleted."""


class SessionKeeper(Protocol):
    """As :class:`webchat.SessionKeeper`; the methods may be coroutine functions.

    >>> class Keeper:
    ...     kept: dict[str, Any] = {}
    ...
    ...     async def store_session(self, session: dict[str, Any]) -> None:
    ...         await asyncio.sleep(0)
    ...         self.kept = session
    ...
    ...     async def load_session(self) -> dict[str, Any]:
    ...         return self.kept
    ...
    ...     async def forget_session(self, lost: dict[str, Any]) -> None:
    ...         self.kept = {}
    >>> async def main() -> None:
    ...     keeper = Keeper()
    ...     async with webchat.aio.Chat(asynchronous, session_keeper=keeper) as chat:
    ...         await chat.start_chat(nickname="Jo")
    ...     print(sorted(keeper.kept))
    >>> asyncio.run(main())
    ['messageIndex', 'token']
    """

    def store_session(self, session: dict[str, Any]) -> Awaitable[None] | None:
        """Keeps what there is in place of what was kept before."""

    def load_session(self) -> Mapping[str, Any] | str | None | Awaitable[Mapping[str, Any] | str | None]:
        """Returns what was kept; ``None`` when there is none."""

    def forget_session(self, lost: dict[str, Any]) -> Awaitable[None] | None:
        """Forgets what was kept: the server does not know the session any more."""


SessionStore.__module__ = SessionKeeper.__module__ = "webchat.aio"
