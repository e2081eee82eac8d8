"""The website of Kivijoen Kello: pages as the web has them, each with something that is easily broken."""

from __future__ import annotations

from typing import Any

from tests.stories.site import POLICY, answer

HOST = "www.kivijoenkello.example"
SITE = f"https://{HOST}"
RULES = POLICY.replace('"site.example", "www.site.example"', f'"{HOST}"').replace('name = "sid"', 'name = "sid*"')
RULES += '[purposes.functional]\nservices = ["recaptcha"]\n'
TRACKER = '<script src="https://pikseli.example/px.js"></script>'
NONCE = "c3RyaWN0LW5vbmNlLW9mLXRoZS1zaXRl"

HTML = b"text/html; charset=utf-8"
PLAIN = f"""<!doctype html><html lang="fi"><head><meta charset="utf-8"><title>Kello</title>
<link rel="icon" href="data:,">{TRACKER}</head><body><h1>Kello \u00e4\u00f6</h1></body></html>"""
WRITES = """<!doctype html><html lang="en"><head><title>Writes</title><link rel="icon" href="data:,"></head>
<body><script>
document.cookie = "_first=1; path=/";
document.cookie = "sid_a=1; path=/";
localStorage.setItem("_first", "1");
localStorage._second = "1";
localStorage["_third"] = "1";
localStorage.setItem("sid_a", "1");
sessionStorage.setItem("_first", "1");
sessionStorage.sid_a = "1";
Storage.prototype.setItem.call(localStorage, "_fourth", "1");
Object.assign(localStorage, {_fifth: "1"});
window.tried = (async () => {
  await cookieStore.set("_store", "1");
  await cookieStore.set({name: "_store2", value: "1"});
  await cookieStore.set("sid_store", "1");
  const opened = [];
  for (const name of ["_base", "sid_base"]) {
    try {
      await new Promise((done, failed) => {
        const request = indexedDB.open(name);
        request.onsuccess = () => { request.result.close(); done(); };
        request.onerror = failed;
      });
      opened.push(name);
    } catch {}
  }
  return opened;
})();
</script></body></html>"""
FRAMES = """<html><head><title>Frames</title><link rel="icon" href="data:,"></head>
<frameset cols="50%,50%"><frame src="/plain"><frame src="https://filmi.example/v/1"></frameset></html>"""
WITH_WORKER = """<!doctype html><html lang="en"><head><title>Worker</title><link rel="icon" href="data:,"></head>
<body><script>
const ready = navigator.serviceWorker.register("/sw.js").then(() => navigator.serviceWorker.ready);
window.ask = async () => {
  const worker = (await ready).active;
  const channel = new MessageChannel();
  const heard = new Promise(done => { channel.port1.onmessage = e => done(e.data); });
  worker.postMessage("ask", [channel.port2]);
  return heard;
};
</script></body></html>"""
WORKER = """self.addEventListener("activate", e => e.waitUntil(clients.claim()));
self.addEventListener("message", e => {
  const say = word => e.ports[0].postMessage(word);
  fetch("https://pikseli.example/from-worker", {mode: "no-cors"}).then(() => say("asked"), () => say("kept in"));
});"""
VIDEO = PLAIN.replace("</h1>", '</h1><iframe width="480" height="270" src="https://filmi.example/v/1"></iframe>')
FORM = PLAIN.replace(
    "</h1>",
    """</h1><form><textarea name="text"></textarea><input type="checkbox" name="tick"><input type="file" name="file">
<select name="pick"><option>1<option>2</select><div id="rich" contenteditable="true"></div></form>
<a id="ours" href="/_cookiegate/settings">Settings</a><iframe class="film" src="https://filmi.example/v/1"></iframe>""",
)
CAPTCHA = FORM.replace(
    "</form>",
    """<div class="g-recaptcha" data-sitekey="6Lc"></div><button class="g-recaptcha" data-size="invisible">Send</button>
</form><script src="https://www.google.com/recaptcha/api.js" async defer></script>""",
)
ORDER = PLAIN.replace("</h1>", '</h1><form method="post" action="/form"><button id="order">Order</button></form>')
EDITOR = PLAIN.replace(
    "</h1>",
    """</h1><iframe id="editor"></iframe><script>
const {contentDocument} = document.getElementById("editor");
contentDocument.write("<body contenteditable><p>&nbsp;");
contentDocument.close();
</script>""",
)
AHEAD = FORM.replace(
    "</h1>",
    '</h1><a id="next" href="/plain">Next</a><script type="speculationrules">'
    '{"prefetch": [{"urls": ["/plain"], "eagerness": "immediate"}]}</script>',
)
STRICT = PLAIN.replace("<h1>", f'<script nonce="{NONCE}">window.own = "ran";</script><h1>')

# Content-Security-Policies as strict sites send them; each is a page with a video, at /policy/<name>.
POLICIES = {
    "self": "default-src 'self'; img-src 'self' data:; form-action 'self'",
    "nonce": f"default-src 'none'; script-src 'nonce-{NONCE}'; style-src 'nonce-{NONCE}'; img-src data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'",
    "style-self": f"script-src 'nonce-{NONCE}'; style-src 'self'",
    "strict-dynamic": f"script-src 'nonce-{NONCE}' 'strict-dynamic'; object-src 'none'; base-uri 'none'",
    "trusted-types": f"script-src 'nonce-{NONCE}'; require-trusted-types-for 'script'; trusted-types 'none'",
    "no-connect": f"script-src 'nonce-{NONCE}'; connect-src 'none'",
    "no-connect-no-forms": f"script-src 'nonce-{NONCE}'; connect-src 'none'; form-action 'none'",
    "nothing": "default-src 'none'; style-src 'self'; img-src data:",
    "no-forms": "default-src 'none'; style-src 'self'; img-src data:; form-action 'none'; base-uri 'none'",
}

PAGES: dict[str, tuple[bytes, bytes, tuple[tuple[bytes, bytes], ...]]] = {
    "/plain": (HTML, PLAIN.encode(), ()),
    "/writes": (HTML, WRITES.encode(), ()),
    "/frames": (HTML, FRAMES.encode(), ()),
    "/worker": (HTML, WITH_WORKER.encode(), ()),
    "/sw.js": (b"text/javascript", WORKER.encode(), ()),
    "/bare": (HTML, f"<title>Bare</title><link rel=icon href='data:,'><p>No head here {TRACKER}".encode(), ()),
    "/latin1": (b"text/html; charset=iso-8859-1", PLAIN.replace('<meta charset="utf-8">', "").encode("latin-1"), ()),
    "/utf16": (b"text/html; charset=utf-16", PLAIN.replace('<meta charset="utf-8">', "").encode("utf-16"), ()),
    "/nonce": (
        HTML,
        STRICT.encode(),
        (
            (
                b"content-security-policy",
                f"default-src 'none'; script-src 'nonce-{NONCE}'; style-src 'nonce-{NONCE}'; img-src 'self' data:; "
                "connect-src 'self'; form-action 'self'; base-uri 'none'".encode(),
            ),
        ),
    ),
    "/inline-only": (
        HTML,
        PLAIN.encode(),
        (
            (
                b"content-security-policy",
                b"default-src 'none'; script-src 'unsafe-inline' 'self'; style-src 'unsafe-inline'; img-src data:; "
                b"connect-src 'self'; form-action 'self'",
            ),
        ),
    ),
    "/no-inline": (
        HTML,
        PLAIN.encode(),
        ((b"content-security-policy", b"default-src 'self'; img-src 'self' data:; form-action 'self'"),),
    ),
    "/video": (HTML, VIDEO.encode(), ()),
    "/video/no-referrer": (HTML, VIDEO.encode(), ((b"referrer-policy", b"no-referrer"),)),
    "/form": (HTML, FORM.encode(), ()),
    "/order": (HTML, ORDER.encode(), ()),
    "/editor": (HTML, EDITOR.encode(), ()),
    "/captcha": (HTML, CAPTCHA.encode(), ()),
    "/ahead": (HTML, AHEAD.encode(), ()),
}
PAGES |= {
    f"/policy/{name}": (HTML, VIDEO.encode(), ((b"content-security-policy", policy.encode()),))
    for name, policy in POLICIES.items()
}


async def app(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] != "http":
        return
    if scope["path"] not in PAGES:
        return await answer(send, b"nothing here", status=404, kind=b"text/plain")
    kind, body, headers = PAGES[scope["path"]]
    await answer(send, body, headers, kind=kind)
