"""Programs are told from browsers by how they call themselves."""

from __future__ import annotations

import pytest

from cookiegate.visitor import describe
from cookiegate.visitor.programs import find_program

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
WINDOWS = f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT}"
ANDROID = f"Mozilla/5.0 (Linux; Android 15; CPH2557 Build/AP3A.240617.008; wv) {WEBKIT} Version/4.0 Chrome/142.0.0.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"

BROWSERS = (
    f"{WINDOWS} Chrome/142.0.0.0 Safari/537.36",
    f"{WINDOWS} Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
    f"{WINDOWS} Chrome/142.0.0.0 Safari/537.36 OPR/125.0.0.0",
    f"{WINDOWS} Chrome/142.0.0.0 Safari/537.36 Vivaldi/7.6",
    f"{WINDOWS} Code/1.115.0 Chrome/142.0.7444.265 Electron/39.8.5 Safari/537.36",
    "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    "Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko",
    "Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1; Trident/4.0)",
    "Mozilla/5.0 (compatible; MSIE 10.0; Windows NT 6.2; Trident/6.0)",
    "Mozilla/5.0 (compatible; Konqueror/4.14; Linux) KHTML/4.14.2 (like Gecko)",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1 (KHTML, like Gecko) Version/18.4 Safari/605.1",
    f"{IPHONE} Version/18.4 Mobile/15E148 Safari/604.1",
    f"{IPHONE} Version/18.4 Mobile/15E148 Safari/605.1.15 (Ecosia ios@11.0.2.2268)",
    f"{IPHONE} CriOS/142.0.7444.77 Mobile/15E148 Safari/604.1",
    f"{IPHONE} FxiOS/145.0 Mobile/15E148 Safari/604.1",
    f"{IPHONE} GSA/439.4.980558000 Mobile/15E148 Safari/604.1",
    f"{IPHONE} Mobile/15E148 Instagram 406.0.0.58.159 (iPhone15,2; iOS 18_4; fi_FI; fi; scale=3.00; 1179x2556; 7)",
    f"{IPHONE} Mobile/15E148 [FBAN/FBIOS;FBAV/500.0.0.50.80;FBDV/iPhone15,2;FBSN/iOS;FBSV/18.4;FBLC/fi_FI]",
    f"{ANDROID} Mobile Safari/537.36 Instagram 406.0.0.58.159 Android (35/15; 480dpi; OPPO; en_MY; IABMV/1) NV/1",
    f"{ANDROID} Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/500.0.0.56.78;]",
    f"{ANDROID} Mobile Safari/537.36 MetaIAB Facebook",
    f"{ANDROID} Mobile Safari/537.36 Snapchat/13.60.0.38",
    f"{ANDROID} Mobile Safari/537.36 com.zhiliaoapp.musically/2024010101 trill_400000 BytedanceWebview/d8a21c6",
    f"Mozilla/5.0 (Linux; Android 10; K) {WEBKIT} Chrome/142.0.0.0 Mobile Safari/537.36 (Ecosia android@142.0.0.0)",
    f"Mozilla/5.0 (Linux; Android 10; K) {WEBKIT} SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
    f"Mozilla/5.0 (Linux; Android 14; CUBOT X70) {WEBKIT} Chrome/131.0.0.0 Mobile Safari/537.36",
    f"Mozilla/5.0 (Linux; Android 9; KFMUWI) {WEBKIT} Silk/110.4.1 like Chrome/110.0.5481.154 Safari/537.36",
    f"Mozilla/5.0 (PlayStation; PlayStation 5/6.50) {WEBKIT} Version/16.5 Safari/537.36",
    f"Mozilla/5.0 (SMART-TV; LINUX; Tizen 7.0) {WEBKIT} 94.0.4606.31/7.0 TV Safari/537.36",
    "Opera/9.80 (J2ME/MIDP; Opera Mini/7.1.32052/29.3709; U; en) Presto/2.8.119 Version/11.10",
    "NokiaC3-00/5.0 (07.20) Profile/MIDP-2.1 Configuration/CLDC-1.1 Mozilla/5.0 AppleWebKit/420+",
)
PROGRAMS = {
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)": "googlebot",
    f"Mozilla/5.0 {WEBKIT[:-1]}; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)": "bingbot",
    f"Mozilla/5.0 {WEBKIT[:-1]}; compatible; GPTBot/1.2; +https://openai.com/gptbot)": "gptbot",
    f"Mozilla/5.0 {WEBKIT[:-1]}; compatible; ClaudeBot/1.0; +claudebot@anthropic.com)": "claude",
    f"Mozilla/5.0 {WEBKIT[:-1]}; compatible; PerplexityBot/1.0; +https://perplexity.ai/perplexitybot)": "perplexity",
    "Mozilla/5.0 (compatible; Bytespider; spider-feedback@bytedance.com)": "bytespider",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)": "facebookexternalhit",
    f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} HeadlessChrome/131.0.0.0 Safari/537.36": "headless",
    f"{WINDOWS} Chrome/120.0.0.0 Safari/537.36 Playwright/1.40.0": "playwright",
    f"{WINDOWS} Chrome/97.0.4692.71 Safari/537.36 (ThousandEyes Agent)": "thousandeyes",
    f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} Chrome/117.0.0.0 Safari/537.36 GTmetrix": "gtmetrix",
    "Mozilla/5.0 (compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)": "uptime",
    "curl/8.5.0": "curl",
    "Wget/1.21.4": "wget",
    "python-requests/2.32.3": "python",
    "python-httpx/0.28.1": "python",
    "Go-http-client/2.0": "go-http",
    "okhttp/4.12.0": "okhttp",
    "axios/1.7.2": "axios",
    "Mozilla/5.0 (compatible; Nobody-has-heard-of-this/1.0)": "program",
    "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/120.0 somebody@new.example": "program",
    "Mozilla/5.0": "program",
    "something of its own": "program",
}


@pytest.mark.parametrize("agent", BROWSERS)
def test_a_browser_is_no_program(agent: str) -> None:
    assert find_program(agent) == ""
    assert not describe(agent).bot


@pytest.mark.parametrize(("agent", "name"), PROGRAMS.items())
def test_a_program_is_known_by_a_word(agent: str, name: str) -> None:
    assert find_program(agent) == name
    assert describe(agent).browser == name


def test_what_a_program_is_called_is_nothing_that_its_author_made_up() -> None:
    assert find_program("aino.esimerkki@posti.example-bot/1.0") in ("bot", "bot/", "program")
