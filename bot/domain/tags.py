"""Hashtags: reading them in messages, and reading lists of them typed as an option.

Promise: a tag is one word in one spelling (NFKC, case folded), so that ＃Advisory and #advisory
meet. Addresses, channel names, code, `C#` and `issue#5` are not tags.
"""

import re
import unicodedata

from bot.domain.characters import fold

LONGEST_TAG = 50
MOST_TAGS = 20

_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
_ENTITY = re.compile(r"<[^<>\n]{0,2000}>|&(?:amp|lt|gt);|&#\w{1,8};")
_ADDRESS = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.\-]{1,20}://|www\.)[^\s<>「」（）]*")
_TAG = re.compile(r"(?<![A-Za-z0-9&#/])(?<![A-Za-z0-9]_)#([^\W_][\w\-]*)")
_WORD = re.compile(r"[^\W_][\w\-]*")
_SEPARATORS = re.compile(r"[\s,、;]+")


def read_tags(text: str) -> tuple[str, ...]:
    """Return the tags of a message, folded, each once, in the order they were written.

    Numbers alone (#5) and tags longer than `LONGEST_TAG` characters are not tags.
    """
    seen = _ENTITY.sub(" ", _CODE.sub(" ", text))
    seen = _ADDRESS.sub(" ", fold(seen).text)
    tags = (_folded(match[1]) for match in _TAG.finditer(seen))
    return tuple(dict.fromkeys(tag for tag in tags if _is_tag(tag)))


def parse_tags(typed: str) -> tuple[str, ...]:
    """Return the tags of a typed list: separated by commas, 、 or blanks, with or without #.

    Raises ValueError when there is none, when one is no tag or longer than `LONGEST_TAG`
    characters, or when there are more than `MOST_TAGS`.
    """
    words = [word for word in _SEPARATORS.split(fold(typed).text) if word]
    tags = tuple(dict.fromkeys(_folded(word.removeprefix("#")) for word in words))
    if not tags or len(tags) > MOST_TAGS:
        raise ValueError(len(tags))
    for tag in tags:
        if not _WORD.fullmatch(tag) or len(tag) > LONGEST_TAG:
            raise ValueError(tag)
    return tags


def _folded(tag: str) -> str:
    return unicodedata.normalize("NFKC", tag.casefold()).strip("-_")


def _is_tag(tag: str) -> bool:
    return 0 < len(tag) <= LONGEST_TAG and not tag.isdigit()
