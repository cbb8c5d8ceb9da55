"""Why a phrase that is in no form has to be asked about, as helpfully as its words allow."""

from __future__ import annotations

import re

# The first that is found in the phrase speaks.
REASONS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (key, re.compile(pattern))
    for key, pattern in (
        (
            "event",
            r"dialogue|\bround\b|meeting|plenary|receipt|協議|対話|会合|会議|受領|ダイアローグ",
        ),
        ("fiscal", r"\bfy|e(?:o)?fy|financial|fiscal|\bq[1-4]\b|quarter|\beoy\b|年度|四半期|半期"),
        (
            "not_before",
            r"\bnot (?:before|until)\b|\bor after\b|\bno earlier\b|\bonwards?\b|\bafter\b|\bfrom\b"
            r"|\bsince\b|以降|以後|より後",
        ),
        ("before", r"^(?:before|b4|prior to|ahead of)\b|より前|(?<!以)前(?:まで)?に?$|以前"),
        ("condition", r"\b(?:if|unless|once|when|whenever|subject|depending)\b|場合|次第|条件"),
        ("recurring", r"\b(?:every|each|weekly|monthly|daily)\b|毎"),
        (
            "vague",
            r"\b(?:asap|soon|soonest|shortly|early|mid|late|later|around|about|approx\w*|circa|roughly"
            r"|possible|tb[acd]|urgent\w*|immediate\w*|weekend|sometime|beginning|start|promptly|few"
            r"|couple|so|ish|eventually|priority)\b|至急|早|速やか|頃|ごろ|旬|目途|目処|めど|近|未定|調整"
            r"|追って|後日|随時|適宜|数日|両日|あたり|週末|月初|週明け|半ば|前半|後半|初め|はじめ|頭",
        ),
        (
            "which_time",
            r"\b(?:morning|afternoon|evening|tonight|night|midnight|lunch\w*|o'clock|first thing)\b"
            r"|夕|朝|昼|夜|晩|午前|午後|深夜",
        ),
    )
)


def reason(text: str) -> str:
    """The key of why: what kind of words the phrase holds, or that it is not understood."""
    if not text:
        return "empty"
    return next((key for key, words in REASONS if words.search(text)), "not_understood")
