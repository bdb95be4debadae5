"""Names for types in signatures."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any, Callable, Optional, Union

JsonObject = dict[str, Any]
Config = Union[Mapping[str, Any], str]
StrPath = Union[str, "os.PathLike[str]", "os.PathLike[bytes]"]
Bytes = Union[bytes, bytearray, memoryview]
Prefilter = Union["re.Pattern[str]", str, Mapping[str, str]]
Progress = Callable[[int, Optional[int]], object]
