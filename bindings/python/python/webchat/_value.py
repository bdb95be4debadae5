"""What the values that the library hands out have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Callable, ClassVar, NoReturn, TypeVar

if TYPE_CHECKING:
    from typing_extensions import Self

_Wrapped = TypeVar("_Wrapped")

_MAPPINGS = (dict, Mapping)
"""Any mapping; what the library makes is known by the first, at once."""

_LONG = 80
"""Longer texts are cut in what is shown."""


class Value:
    """A value in the specification's shape, with an attribute for each part of it.

    It cannot be changed. Values of one class are equal when all their parts are; they can be hashed, copied and pickled, and matched
    by the names of their attributes.
    """

    __slots__ = ("_raw",)

    _raw: Any
    _shown: ClassVar[tuple[str, ...]] = ()
    """What is shown of it, where it is not the usual: nothing, 0, false or empty."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        _make_public(cls)

    @classmethod
    def from_raw(cls, raw: Any) -> Self:
        """The value that is ``raw`` in the specification's shape."""
        value = cls.__new__(cls)
        _set_raw(value, raw)
        return value

    @property
    def raw(self) -> Any:
        """All of it, in the specification's shape. It is not to be changed: it is what the attributes are read from."""
        return self._raw

    def _key(self) -> tuple[Any, ...]:
        """What its hash is made of."""
        return tuple(getattr(self, name) for name in self._shown)

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        same: bool = self._raw == other._raw
        return same

    def __hash__(self) -> int:
        return hash((type(self), self._key()))

    def __repr__(self) -> str:
        return show(self, self._shown)

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return _remade, (type(self), self._raw)

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise AttributeError(f"{type(self).__name__}.{name} cannot be changed")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{type(self).__name__}.{name} cannot be deleted")


_set_raw: Callable[[Value, Any], None] = vars(Value)["_raw"].__set__


def _remade(kind: type[Value], raw: Any) -> Value:
    return kind.from_raw(raw)


def _make_public(kind: type) -> None:
    """Public classes are known by where programs find them."""
    if kind.__module__.startswith("webchat._"):
        kind.__module__ = "webchat"


def show(value: Any, names: tuple[str, ...]) -> str:
    """``value`` as a call that makes it, with those of its attributes that say something."""
    parts = ((name, getattr(value, name)) for name in names)
    shown = ", ".join(f"{name}={short(part)}" for name, part in parts if part)
    return f"{type(value).__name__}({shown})"


def short(value: Any) -> str:
    if isinstance(value, str) and len(value) > _LONG:
        return f"{value[:_LONG]!r}..."
    if isinstance(value, bytes):
        return f"<{len(value)} bytes>"
    return repr(value)


def raw_of(value: Any) -> Any:
    """A value, or a collection of values, in the specification's shape."""
    if isinstance(value, Value):
        return value.raw
    if isinstance(value, Mapping):
        return {key: raw_of(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [raw_of(each) for each in value]
    return value


def text_in(raw: Any, name: str) -> str | None:
    """The text called ``name``; nothing where there is none."""
    value = raw.get(name) if isinstance(raw, _MAPPINGS) else None
    return value if isinstance(value, str) else None


def number_in(raw: Any, name: str) -> int | None:
    """The number called ``name``, also where it is written as text; nothing where there is none."""
    value = raw.get(name) if isinstance(raw, _MAPPINGS) else None
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def given(**members: Any) -> dict[str, Any]:
    """The members that are there."""
    return {name: value for name, value in members.items() if value is not None}


def maybe(kind: Callable[[Any], _Wrapped], raw: Any) -> _Wrapped | None:
    return None if raw is None else kind(raw)
