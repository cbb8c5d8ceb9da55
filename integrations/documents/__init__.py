"""Documents of a round, from its record: each side names itself first, in both languages."""

from __future__ import annotations

from pathlib import Path

from bot.domain.officials import Government
from bot.services.dialogue_record import Record
from bot.texts.catalog import Catalog, Language
from integrations.documents.markdown_file import write_markdown
from integrations.documents.wording import minutes_of, outcome_of
from integrations.slack.speech import Speech

WORDINGS = {"outcome": outcome_of, "minutes": minutes_of}


def write_documents(
    catalog: Catalog, kind: str, record: Record, digest: str, folder: Path
) -> tuple[tuple[Path, str], ...]:
    """Eight files (path, name): two orders, two languages, DOCX and Markdown.

    All bear the same hash: they say the same record.
    """
    # Loaded when a document is asked for: most processes never are.
    from integrations.documents.docx_file import write_docx

    files = []
    for first in Government:
        for language in Language:
            speech = Speech(catalog, language)
            document = WORDINGS[kind](speech, record, digest, first)
            stem = f"{record.dialogue.number}-{kind}-{first.value}-first-{language.value}"
            for ending, write in (("docx", write_docx), ("md", write_markdown)):
                path = folder / f"{stem}.{ending}"
                write(document, path)
                files.append((path, path.name))
    return tuple(files)
