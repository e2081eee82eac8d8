/* Spares the visitor a page load, and tells the site what was chosen: window.cookiegate (docs/script.md).

   Everything works without it: the forms post, the settings are a page. It goes into every first page, so what follows
   on an answer of ours is in settings.js, which the answer names. Answers are read as documents by XMLHttpRequest: that
   takes no innerHTML and no DOMParser, which sites with Trusted Types forbid. */
(() => {
  // A framework that swaps the page's body runs this again. Before the first time this is our section, by its id.
  if (window.cookiegate.allows) return;
  const on = addEventListener;
  let kept, native, busy, before, waits;
  const section = () => kept = document.querySelector("section#cookiegate") || kept;
  const ours = e => section().contains(e.target);
  const list = name => section().dataset[name]?.match(/\S+/g) || [];
  const choice = () => ({services: list("services"), purposes: list("purposes")});
  const begun = choice();
  // What is given while the page stays comes with the next one, be it for the second time.
  const held = name => begun[name] = begun[name].filter(id => list(name).includes(id));

  // Where there are frames, a hard one: otherwise Firefox gives them the documents that they had before.
  const reload = () => location.reload(window.length);

  // What the visitor wrote or chose in the page must never be lost by a reload. What came by a POST would be posted
  // again: such a page has no address to come back to.
  let typed = !section().querySelector("input").value;
  for (const type of ["input", "beforeinput", "drop"]) on(type, e => { typed ||= e.isTrusted && !ours(e); }, true);
  const placeholder = () => document.activeElement?.matches("[data-cookiegate-service]");
  // Nothing is heard of what is written in an editor that is a frame.
  on("blur", () => { typed ||= document.activeElement?.contentDocument && !placeholder(); });
  // The buttons in place of a frame load the page, as ours do where the script cannot: the browser asks first.
  on("beforeunload", e => { if (typed && (native || placeholder())) e.preventDefault(); });
  on("focusin", e => { if (!ours(e)) before = e.target; });

  // A page that cannot be loaded again now asks nobody any more who was not agreed to.
  const lock = content => {
    document.head.append(Object.assign(document.createElement("meta"), {httpEquiv: "Content-Security-Policy", content}));
    // Frames go by what they were loaded with: those that may not be there any more are emptied.
    const passes = host => content.split(/:\*|[ ;/]/).some(one => one == host || one[0] == "*" && host.endsWith(one.slice(1)));
    for (const frame of document.querySelectorAll("iframe,frame")) {
      const host = frame.src.match(/^https?:..([^/:]+)/)?.[1];
      if (host && !frame.contentDocument && !passes(host)) frame.src = "about:blank";
    }
  };
  // Whether the new choice takes effect with the next page only; undefined while this one is loaded again.
  const settle = ({services, purposes, csp}) => {
    const {dataset} = section(), changed = dataset.ahead || services != (dataset.services || "");
    Object.assign(dataset, {services, purposes, ahead: ""});
    for (const name in begun) held(name);
    const go = document.dispatchEvent(new CustomEvent("cookiegate:choice", {cancelable: true, detail: choice()}));
    if (changed && go && !typed) return reload();
    if (changed) lock(csp);
    // The page stays, and the services in it hear of the choice (hooks.js).
    document.dispatchEvent(new Event("cookiegate:settled"));
    return changed && go;
  };
  // Other tabs of the site, and its service workers, must hear of a changed choice.
  const channel = new BroadcastChannel("cookiegate");
  channel.onmessage = e => settle(e.data);
  // A page from the back/forward cache may show what is no longer allowed.
  on("pageshow", e => { if (e.persisted && !typed) reload(); });

  // Fails where the answer is none of ours: there is none, or it comes from whatever stands in front of us.
  const ask = async (address, body) => {
    const request = new XMLHttpRequest();
    request.open(body ? "POST" : "GET", address);
    request.responseType = "document";
    request.send(body);
    await new Promise(done => { request.onloadend = done; });
    const answer = request.response;
    (await import(answer.querySelector("[type=module]").src)).show(answer, section(), settle, lock, channel, before);
  };

  // In the capturing phase: before a framework that sends forms and follows links itself.
  on("submit", e => {
    const form = e.target, button = e.submitter;
    if (!button || native || !ours(e)) return;
    e.preventDefault();
    if (busy) return;
    busy = true;
    const body = new URLSearchParams(new FormData(form));
    body.set(button.name, button.value);
    ask(form.action, body).catch(() => {
      native = true;
      button.click();
    }).then(() => { busy = false; });
  }, true);
  const open = () => {
    const link = section().querySelector("[data-cookiegate=settings]");
    return link && ask(link).catch(() => {
      native = true;
      location = link;
    });
  };
  on("click", e => {
    if (!ours(e) || !e.target.closest("[data-cookiegate=settings]") || e.ctrlKey || e.metaKey || e.shiftKey) return;
    e.preventDefault();
    open();
  }, true);

  // Hidden by a blocker, the question leaves no gap at the end of the page.
  const question = document.querySelector(".cookiegate-ask");
  if (question) new ResizeObserver(() => question.classList.toggle("cookiegate-ask", question.offsetHeight)).observe(question);

  // A framework takes away what it did not put there, but the way to the choice belongs on every page. Not at once, or
  // a filter list that takes it away as well would keep the browser busy.
  const stay = () => {
    waits = 0;
    if (!section().isConnected) document.body.prepend(kept);
    watch.observe(document.documentElement, {childList: true});
    watch.observe(document.body, {childList: true});
  };
  const watch = new MutationObserver(() => { waits ||= setTimeout(stay, 300); });
  stay();

  window.cookiegate = Object.freeze({
    get decided() { return "services" in section().dataset; },
    get choice() { return choice(); },
    get services() { return held("services"); },
    get purposes() { return held("purposes"); },
    allows: name => [...held("services"), ...held("purposes")].includes(name),
    onChange(listener) {
      const hear = e => listener(e.detail);
      document.addEventListener("cookiegate:choice", hear);
      return () => document.removeEventListener("cookiegate:choice", hear);
    },
    open,
  });
})();
