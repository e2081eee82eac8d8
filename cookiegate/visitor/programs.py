"""Which User-Agents are programs: crawlers, monitors, scanners, libraries, browsers without a window.

Told by how browsers call themselves and by words, not by a list of patterns for each program: names that nobody has
heard of yet are found too, and no build number of a telephone is taken for one. `benchmarks/bench_agents.py` measures
the words, beside such a list.
"""

from __future__ import annotations

import re

# Every browser of the last twenty years begins so; the others are old telephones.
_BROWSER = re.compile(r"mozilla/[45]\.0 \(|opera/[0-9]|ucweb/|nokia|samsung-|sonyericsson|lg-|blackberry[0-9]+/")
# "compatible" comes first where a browser says it, and nothing follows "like Gecko" in its brackets; no browser brings
# an address, of a page or of a mailbox.
_SHAPE = re.compile(
    r"\((?:[^()]*; )?compatible(?:;(?! ?(?:msie|konqueror|windows))|\))|\)?; ?compatible|like gecko[;,](?! safari)"
    r"|https?://|\bwww\.|[ ;(]\+[a-z]+\.|[\w.+-](?:@|\[at\]|\(at\))[\w-]+(?:\.|\[dot\]|\(dot\))[a-z]{2}"
    r"|[a-z0-9-]\.(?:com|org|net|io|ai|co|eu|de|fr|ru|me|dev|info)(?![.\w-])"
)
# Words that are found as part of others too.
_WORDS = (
    "ghost inspector", "google favicon", "google web", "google page", "new relic", "indy library", "link check",
    "speed insights", *(
        "googlebot bingbot gptbot oai-searchbot chatgpt claude anthropic perplexity bytespider amazonbot applebot "
        "ccbot petalbot yandexbot ahrefs semrush mj12 dotbot facebookexternalhit meta-external duckassist mistralai "
        "cohere diffbot manus-user crawl spider slurp scrapy scraper scraping fetcher fetch/ archiver indexer "
        "headless phantomjs puppeteer playwright selenium webdriver cypress lighthouse speedcurve speedtest pagespeed "
        "gtmetrix dareboost pingdom ptst/ webpagetest catchpoint uptime monitor synthetic thousandeyes newrelic "
        "datadog site24x7 appinsights statuscake checkly rigor) hardenize securityheaders silktide siteimprove "
        "monsido sitemap siteaudit sitecheck scanner nikto openvas nessus acunetix zgrab masscan nmap watchtowr "
        "foregenix netcraft qualys sqlmap dirbuster preview snippet embedly unfurl onebox linkcheck linktiger linkdex "
        "httrack webcopy webcapture libwww httpclient googleother mediapartners imageproxy google- -google hotjar "
        "outbrain newsnow newsai collapsify printfriendly screenshot thumbnail thumbshot renderer rendertron "
        "prerender verifier verification validator analyzer auditor optimizer research".split()),
)  # fmt: skip
# Words that are others when something stands before or behind them: a Cubot is a telephone.
_WHOLE = re.compile(
    r"(?<!cu)bots?(?![a-z])|scan(?![a-z])|\bsplash\b|\b(?:agent|collector)\b|-agent|agent[-/]|\bverify|\baudit\b"
    r"|\b(?:curl|wget|java|python|perl|ruby|php|axios|okhttp|aiohttp|guzzle|node|deno|bun|undici|go-http|rust)(?=[/-])"
    r"|(?:bot|verify)/"
)


def find_program(user_agent: str) -> str:
    """The word by which an agent is known for a program, "program" where its form tells; "" for a browser's.

    One of few words, never anything that whoever sent it made up. Give it no more than the beginning of an agent.
    """
    text = user_agent.strip(" \"'").lower()
    for word in _WORDS:
        if word in text:
            return word
    found = _WHOLE.search(text)
    if found:
        return found[0]
    if not _BROWSER.match(text) or _SHAPE.search(text):
        return "program"
    return ""
