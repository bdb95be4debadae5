"""Where files come from and where they go: paths, bytes, and objects that are read or written like files."""

from __future__ import annotations

import os
from typing import Any, Callable, Optional

from ._results import Downloaded
from .errors import InvalidArgumentError

_PIECE = 1 << 20


def is_object(file: Any) -> bool:
    """Whether it is read like a file."""
    return callable(getattr(file, "read", None)) and not isinstance(file, os.PathLike)


def source(file: Any, name: Optional[str]) -> dict[str, Any]:
    """The option ``files`` for a path, bytes, or an object, which is read from where it stands to its end."""
    if is_object(file):
        content = file.read()
        if not isinstance(content, (bytes, bytearray, memoryview)):
            raise InvalidArgumentError("send_file: the file object has to be opened in binary mode")
        path = getattr(file, "name", None)
        if name is None and isinstance(path, (str, bytes, os.PathLike)):
            name = os.path.basename(os.fsdecode(path))
        file = content
    if isinstance(file, (bytes, bytearray, memoryview)):
        found: dict[str, Any] = {"bytes": bytes(file)}
    else:
        found = {"path": os.fsdecode(file)}
    if name is not None:
        found["name"] = name
    return found


def places(to: Any, path: Any, directory: Any) -> dict[str, str]:
    """The options that say where a file is saved. ``to`` is a directory where there is one of this name, or where it ends like one."""
    if to is not None:
        if path is not None or directory is not None:
            raise InvalidArgumentError("download_file: give either 'to', 'path' or 'directory'")
        text = os.fsdecode(to)
        return {"directory" if text.endswith(os.sep) or os.path.isdir(text) else "path": text}
    return {key: os.fsdecode(value) for key, value in (("path", path), ("directory", directory)) if value is not None}


class Landing:
    """A file on its way into an object that is written like one: it is saved beside, so that memory holds a piece of it at most."""

    def __init__(self, target: Any) -> None:
        import tempfile

        self._target = target
        self._directory = tempfile.TemporaryDirectory(prefix="webchat-")
        self.path = os.path.join(self._directory.name, "file")

    def finish(self, outcome: Downloaded) -> Downloaded:
        """Writes what has come into the object; returns the outcome without the path."""
        with self._directory, open(self.path, "rb") as saved:
            while piece := saved.read(_PIECE):
                self._target.write(piece)
        return Downloaded(file_name=outcome.file_name, size=outcome.size)

    def give_up(self) -> None:
        self._directory.cleanup()


def progress(told: Any) -> Optional[Callable[..., Any]]:
    """A callable for ``(transferred, total)``. A bar of tqdm's, which wants to know by how much, is taken as it is; nothing for what is neither."""
    if callable(told):
        result: Callable[..., Any] = told
        return result
    if not (hasattr(told, "update") and hasattr(told, "n")):
        return None

    def step(transferred: int, total: Optional[int]) -> None:
        if total is not None:
            told.total = total
        told.update(transferred - told.n)

    return step
