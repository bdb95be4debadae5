"""Commands about files."""

from __future__ import annotations

import os
from functools import partial
from typing import Any

from . import _files
from ._giving import Giving


class Transfers(Giving):
    """The files of a chat."""

    def send_file(
        self,
        file: Any,
        *,
        name: str | None = None,
        description: str | None = None,
        user_data: Any = None,
        progress: Any = None,
        timeout: float | None = None,
    ) -> Any:
        """Sends a file. Returns the server's answer.

        ``file`` is a path, read while it is sent; bytes, which need a ``name``; or an object opened for reading bytes, which is read into
        memory first, from where it stands. A name that is not UTF-8 is made readable.

        ``progress`` is called with the bytes sent so far and the bytes in all, or ``None`` where that is not known, on the thread of
        handlers. A bar of ``tqdm`` is taken as it is; with ``rich`` it is
        ``lambda sent, total: bar.update(task, completed=sent, total=total)``.

        >>> answer = chat.start_chat(nickname="Jo")
        >>> chat.send_file(b"content", name="a.txt", progress=lambda sent, total: None)["statusCode"]
        0
        """
        options = {"description": description, "userData": user_data, "progress": progress}

        def give(source: dict[str, Any]) -> Any:
            return self._given("sendFile", timeout, files=source, **options)

        if not _files.is_object(file):
            return give(_files.source(file, name))
        return self._in_steps(partial(_files.source, file, name), give, None)

    def download_file(
        self,
        file_id: str,
        *,
        to: Any = None,
        path: Any = None,
        directory: Any = None,
        file_name: str | None = None,
        progress: Any = None,
        timeout: float | None = None,
    ) -> Any:
        """Fetches a file. Returns a :class:`webchat.Downloaded` with its bytes as ``data``, or with the ``path`` where it was saved.

        It is saved to exactly ``path``, an existing file being replaced, or into ``directory`` under a name of its own: never outside
        of it, never over an existing file. ``to`` is either of them (a directory where there is one, or where it ends in a slash), or an
        object opened for writing bytes, into which the file is written when it is complete. ``progress``: see :meth:`send_file`.

        >>> answer = chat.start_chat(nickname="Jo")
        >>> sent = chat.send_file(b"content", name="a.txt")
        >>> chat.download_file(sent["userData"]["file-id"]).data
        b'content'
        """

        def give(places: dict[str, str]) -> Any:
            return self._given("downloadFile", timeout, fileId=file_id, fileName=file_name, progress=progress, **places)

        if not callable(getattr(to, "write", None)) or isinstance(to, os.PathLike):
            return give(_files.places(to, path, directory))
        _files.places(None if path is None and directory is None else "", path, directory)
        landing = _files.Landing(to)
        return self._in_steps(lambda: {"path": landing.path}, give, landing)

    def delete_file(self, file_id: str, *, timeout: float | None = None) -> Any:
        """Deletes an uploaded file. Returns the server's answer.

        >>> answer = chat.start_chat(nickname="Jo")
        >>> sent = chat.send_file(b"content", name="a.txt")
        >>> chat.delete_file(sent["userData"]["file-id"])["statusCode"]
        0
        """
        return self._given("deleteFile", timeout, fileId=file_id)

    def get_file_limits(self, *, timeout: float | None = None) -> Any:
        """Returns what the server allows to upload: :class:`webchat.FileLimits`.

        >>> answer = chat.start_chat(nickname="Jo")
        >>> chat.get_file_limits().max_files
        3
        """
        return self._given("getFileLimits", timeout)
