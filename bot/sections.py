"""What the sections of the settings are made of, and the section about files."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict
from pydantic_core import PydanticCustomError

from bot.domain.attachments import MEGABYTE, USUAL_TYPES, FilePolicy
from bot.faults import OURS

# Slack takes no file of more than a gigabyte (help: file size limit).
MOST_MEGABYTES = 1_000


def refuse(kind: str) -> PydanticCustomError:
    """The fault of that kind, as pydantic carries it."""
    # The type is the kind of the fault; no value and no words go with it.
    return PydanticCustomError(f"{OURS}{kind}", "unusable")


class Section(BaseModel):
    """A part of the settings; what is not known in it is a fault."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


def not_a_truth(value: object) -> object:
    """Refuses yes and no where a number belongs."""
    # True is 1 to Python, and 1 would be a port.
    if isinstance(value, bool):
        raise refuse("not_a_number")
    return value


def _file_type(value: str) -> str:
    kind = value.lower().removeprefix(".")
    if not re.fullmatch(r"[a-z0-9]{1,16}", kind, re.ASCII):
        raise refuse("file_type")
    return kind


def _megabytes(value: int) -> int:
    if not 1 <= value <= MOST_MEGABYTES:
        raise refuse("megabytes")
    return value


def _truth(value: object) -> object:
    # The environment has words, the file has truths; 1 and "yes" are neither.
    words = {"true": True, "false": False}
    known = words.get(value.lower()) if isinstance(value, str) else value
    if not isinstance(known, bool):
        raise refuse("not_a_truth")
    return known


class Files(Section):
    """Which files travel with advisories and replies."""

    relay: Annotated[bool, BeforeValidator(_truth)] = True
    most_megabytes: Annotated[int, BeforeValidator(not_a_truth), AfterValidator(_megabytes)] = 20
    types: tuple[Annotated[str, AfterValidator(_file_type)], ...] = USUAL_TYPES

    @property
    def policy(self) -> FilePolicy:
        return FilePolicy(self.relay, self.most_megabytes * MEGABYTE, frozenset(self.types))
