"""Services with consent hooks: how websites install them, and stand-ins for their code that note what they are told.

The snippets do what the vendors' own do where it matters here: which names they look for, and when they begin a list.
"""

from __future__ import annotations

from typing import NamedTuple

# What every stand-in begins with: `heard` by service, each call as a list.
_NOTE = """window.heard ??= {};
const note = (name, call) => (heard[name] ??= []).push(JSON.parse(JSON.stringify([...call])));
"""
_LOAD = """const load = src => document.head.append(Object.assign(document.createElement("script"), {src}));
"""


class Tag(NamedTuple):
    """`snippet` stands in the site's page, `code` comes from `place` (host and path)."""

    snippet: str
    place: str
    code: str


def _install(script: str) -> str:
    return f"<script>{{{_LOAD}{script}}}</script>"


def _write(code: str) -> str:
    return f"{{{_NOTE}{code}}}"


# Commands of dataLayer are Arguments objects; other things in it are Tag Manager's.
_READ_DATA_LAYER = """
const isCommand = each => Object.prototype.toString.call(each) === "[object Arguments]";
const hear = each => { if (isCommand(each)) note("google", each); };
dataLayer.forEach(hear);
const push = dataLayer.push;
dataLayer.push = (...entries) => { entries.forEach(hear); return push.apply(dataLayer, entries); };
"""
_GTAG = (
    _READ_DATA_LAYER
    + """
const consents = Object.assign({}, ...heard.google.filter(([command]) => command === "consent").map(call => call[2]));
document.cookie = "_ga=GA1.1.1; path=/; max-age=9999";
const bit = type => consents[type] === "granted" ? 1 : 0;
new Image().src = `https://region1.google-analytics.com/g/collect/G1${bit("ad_storage")}${bit("analytics_storage")}`;
"""
)
CONTAINER = (
    _READ_DATA_LAYER
    + _LOAD
    + """
note("container", [dataLayer.map(each => isCommand(each) ? each[0] : each.event)]);
load("https://connect.facebook.net/en_US/fbevents.js");
load("https://static.hotjar.com/c/hotjar-1.js");
"""
)
_GTAG_SNIPPET = """<script async src="https://www.googletagmanager.com/gtag/js?id=%s"></script>
<script>window.dataLayer = window.dataLayer || [];
function gtag() { dataLayer.push(arguments); }
gtag("config", "%s");</script>"""

TAGS = {
    "google": Tag(_GTAG_SNIPPET % ("G-KELLO", "G-KELLO"), "www.googletagmanager.com/gtag/js", _write(_GTAG)),
    "microsoft-uet": Tag(
        _install("""window.uetq = window.uetq || [];
            load("https://bat.bing.com/bat.js");"""),
        "bat.bing.com/bat.js",
        _write("""const before = window.uetq;
            window.uetq = {push: (...call) => note("microsoft-uet", call)};
            note("microsoft-uet", before);
            uetq.push("pageLoad");"""),
    ),
    "microsoft-clarity": Tag(
        _install("""window.clarity = window.clarity || function () {
                (window.clarity.q = window.clarity.q || []).push(arguments);
            };
            load("https://www.clarity.ms/tag/kello");"""),
        "www.clarity.ms/tag/kello",
        _write("""const before = clarity.q || [];
            window.clarity = (...call) => note("microsoft-clarity", call);
            before.forEach(call => clarity(...call));
            clarity("start");"""),
    ),
    "meta-pixel": Tag(
        _install("""if (!window.fbq) {
                const fbq = window.fbq = function () {
                    fbq.callMethod ? fbq.callMethod.apply(fbq, arguments) : fbq.queue.push(arguments);
                };
                window._fbq ||= fbq;
                fbq.push = fbq;
                fbq.queue = [];
                load("https://connect.facebook.net/en_US/fbevents.js");
            }
            fbq("init", "1");
            fbq("track", "PageView");"""),
        "connect.facebook.net/en_US/fbevents.js",
        _write("""if (window.fbq) {
                fbq.callMethod = (...call) => note("meta-pixel", call);
                while (fbq.queue.length) fbq.callMethod.apply(fbq, fbq.queue.shift());
            }"""),
    ),
    "tiktok-pixel": Tag(
        _install("""window.TiktokAnalyticsObject = "ttq";
            const ttq = window.ttq = window.ttq || [];
            ttq.methods = ["page", "track", "holdConsent", "revokeConsent", "grantConsent"];
            for (const method of ttq.methods) ttq[method] = (...call) => ttq.push([method, ...call]);
            load("https://analytics.tiktok.com/i18n/pixel/events.js");
            ttq.page();"""),
        "analytics.tiktok.com/i18n/pixel/events.js",
        _write("""const before = window.ttq;
            window.ttq = {};
            for (const method of before.methods) ttq[method] = (...call) => note("tiktok-pixel", [method, ...call]);
            before.forEach(([method, ...call]) => ttq[method](...call));"""),
    ),
    "pinterest-tag": Tag(
        _install("""if (!window.pintrk) {
                window.pintrk = function () { window.pintrk.queue.push([...arguments]); };
                window.pintrk.queue = [];
                load("https://s.pinimg.com/ct/core.js");
            }
            pintrk("load", "1");
            pintrk("page");"""),
        "s.pinimg.com/ct/core.js",
        _write("""const before = pintrk.queue;
            window.pintrk = (...call) => note("pinterest-tag", call);
            before.forEach(call => pintrk(...call));"""),
    ),
    "matomo": Tag(
        _install("""const _paq = window._paq = window._paq || [];
            _paq.push(["trackPageView"]);
            _paq.push(["setTrackerUrl", "https://kello.matomo.cloud/matomo.php"]);
            load("https://cdn.matomo.cloud/kello.matomo.cloud/matomo.js");"""),
        "cdn.matomo.cloud/kello.matomo.cloud/matomo.js",
        _write("""const before = window._paq;
            window._paq = {push: call => note("matomo", call)};
            before.forEach(call => _paq.push(call));"""),
    ),
    "hubspot": Tag(
        '<script async src="https://js-eu1.hs-scripts.com/1.js"></script>',
        "js-eu1.hs-scripts.com/1.js",
        _write("""note("hubspot", ["banner", !window.disableHubSpotCookieBanner]);
            for (const list of ["_hsp", "_hsq"]) {
                const before = window[list] || [];
                window[list] = {push: call => note("hubspot", [list, ...call])};
                before.forEach(call => window[list].push(call));
            }"""),
    ),
    "zendesk": Tag(
        '<script async src="https://static.zdassets.com/ekr/snippet.js?key=1"></script>',
        "static.zdassets.com/ekr/snippet.js",
        # a stub that is not whole when it gets its name
        _write("""const waiting = window.zE = (...call) => waiting.list.push(call);
            waiting.list = [];
            setTimeout(() => {
                window.zE = (...call) => note("zendesk", call);
                waiting.list.forEach(call => zE(...call));
            });"""),
    ),
    "giosg": Tag(
        _install('load("https://service.giosg.com/live2/1");'),
        "service.giosg.com/live2/1",
        _write("""window.giosgTCApi = {setVisitorConsent: (...call) => note("giosg", call)};"""),
    ),
    "intercom": Tag(
        _install("""window.intercomSettings = {app_id: "kello"};
            load("https://widget.intercom.io/widget/kello");"""),
        "widget.intercom.io/widget/kello",
        _write("""window.Intercom = (...call) => note("intercom", call);
            Intercom("boot", window.intercomSettings);"""),
    ),
}
TAG_MANAGER = Tag(
    _install("""window.dataLayer = window.dataLayer || [];
        dataLayer.push({"gtm.start": 1, event: "gtm.js"});
        load("https://www.googletagmanager.com/gtm.js?id=GTM-KELLO");"""),
    "www.googletagmanager.com/gtm.js",
    _write(CONTAINER),
)
OTHERS = {"static.hotjar.com/c/hotjar-1.js": _write('note("hotjar", ["loaded"]);')}
PLACES = {tag.place: tag.code for tag in (*TAGS.values(), TAG_MANAGER)} | OTHERS
