"""Names for types in signatures."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any, BinaryIO, Callable, Optional, Protocol, Union

JsonObject = dict[str, Any]
Config = Union[Mapping[str, Any], str]
StrPath = Union[str, "os.PathLike[str]", "os.PathLike[bytes]"]
Bytes = Union[bytes, bytearray, memoryview]
Prefilter = Union["re.Pattern[str]", str, Mapping[str, str]]
Readable = BinaryIO
Writable = BinaryIO


class Bar(Protocol):
    """What shows how far something is, as ``tqdm`` has it."""

    n: Any
    total: Any

    def update(self, n: Any = ..., /) -> object:
        """Adds ``n``."""


Progress = Union[Callable[[int, Optional[int]], object], Bar]
