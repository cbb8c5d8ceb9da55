"""Where Slack keeps the bytes of files: the only places to which a token or a file is ever sent."""

from __future__ import annotations

from urllib.parse import urlsplit

# Docs: files.getUploadURLExternal, file objects (url_private_download); GovSlack has its own.
FILE_HOSTS = frozenset({"files.slack.com", "files.slack-gov.com"})
HTTPS = 443


def keeps_files(address: str, api_url: str) -> bool:
    """Whether an address is one of Slack's for files, or of the workspace's own configured server.

    By scheme, host and port; an address that names a user or does not parse is none.
    """
    place = _place(address)
    if place is None:
        return False
    scheme, host, port = place
    if scheme == "https" and host in FILE_HOSTS and port == HTTPS:
        return True
    return place == _place(api_url)


def _place(address: str) -> tuple[str, str, int] | None:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in {"https", "http"} or not parts.hostname or "@" in parts.netloc:
        return None
    if "\\" in address or any(char.isspace() for char in address):
        return None
    return parts.scheme, parts.hostname, port or (HTTPS if parts.scheme == "https" else 80)
