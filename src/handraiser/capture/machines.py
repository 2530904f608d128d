"""Is this a crawler, by what its browser calls itself?"""

from __future__ import annotations

import re
from functools import lru_cache

from crawlerdetect import CrawlerDetect

__all__ = ["is_machine"]

_crawlers = CrawlerDetect()
# The time to read an agent grows with the square of its length. Browsers' own are 80 to 250 characters long.
_READ = 320
# Programs that send: a server that passes on what its users do, an app that sends for the one who holds it.
# Their names say nothing of whether there is a person behind them.
_SENDERS = re.compile(
    r"(?i)^(analytics|segment|rudder|python-requests|python-urllib|python-httpx|aiohttp|node-fetch|undici|axios"
    r"|okhttp|dart|dalvik|go-http-client|java|apache-httpclient|guzzlehttp|ruby|faraday|rest-client|got \()"
)


def is_machine(user_agent: str | None) -> bool:
    """Return whether the user agent of a visitor (`context.userAgent`) is that of a crawler.

    False where there is none, and for programs that send what others do: clients of this protocol, libraries
    for HTTP. The header of the request names those, so it is never to be asked here.
    """
    if not user_agent:
        return False
    agent = user_agent.strip()[:_READ]
    return bool(agent) and not _SENDERS.match(agent) and _is_crawler(agent)


@lru_cache(maxsize=10_000)
def _is_crawler(agent: str) -> bool:
    return bool(_crawlers.is_crawler(agent))
