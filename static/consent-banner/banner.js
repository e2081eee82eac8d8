/* Spares the visitor a page load. Everything here works without it: the forms post, the settings are a page.

   Listens on the document, so that it goes on working when the section is replaced. Makes window.cookiegate. */
"use strict";
(() => {
  const on = addEventListener;
  const section = () => document.querySelector("section#cookiegate");
  const list = name => (section()?.dataset[name] || "").split(" ").filter(Boolean);
  const parse = html => new DOMParser().parseFromString(html, "text/html").getElementById("cookiegate");
  // Other tabs of the site, and its service workers, must hear of a changed choice.
  const channel = new BroadcastChannel("cookiegate");
  let typed, busy, native, front;

  // Where there are frames, a hard one: otherwise Firefox gives them the documents that they had before.
  const reload = () => location.reload(window.length);

  // What the visitor wrote into the page's own forms must never be lost by a reload.
  on("input", e => { typed ||= e.isTrusted && !e.target.closest?.("#cookiegate"); }, true);
  const say = (name, text = section().dataset[name]) => setTimeout(() => {
    section().querySelector("[role=status]").textContent = text;
  }, 50);

  on("submit", async e => {
    const form = e.target, button = e.submitter;
    if (!button || native || !form.closest("section#cookiegate")) return;
    e.preventDefault();
    if (busy) return;
    busy = true;
    try {
      const body = new URLSearchParams(new FormData(form));
      body.set(button.name, button.value);
      const answer = await fetch(form.action, {method: "POST", body, headers: {Accept: "application/json"}});
      if (answer.ok) await settle(await answer.json());
      else say("failed");
    } catch {
      native = true;
      button.click();
    }
    busy = false;
  });

  // A page that cannot be loaded again now asks nobody any more who was not agreed to.
  const lock = csp => document.head.append(Object.assign(document.createElement("meta"), {
    httpEquiv: "Content-Security-Policy", content: csp}));

  const settle = async ({control, changed, services, purposes, csp, clear}) => {
    if (changed) channel.postMessage(csp);
    // What is under way must not bring back what is cleared.
    if (clear) lock(csp), await fetch(clear, {method: "POST"});
    // A service's worker would go on answering for its pages after the consent is gone.
    try {
      for (const worker of await navigator.serviceWorker.getRegistrations()) await worker.unregister();
    } catch {}
    const old = section();
    old.dataset.services = services.join(" ");
    old.dataset.purposes = purposes.join(" ");
    const go = document.dispatchEvent(
      new CustomEvent("cookiegate:choice", {cancelable: true, detail: {services, purposes}}));
    if (changed && go && !typed) return reload();
    if (changed) lock(csp);
    const fresh = parse(control);
    // The style that stands in the page has passed the page's CSP; a script ran already.
    fresh.firstElementChild.replaceWith(old.firstElementChild);
    fresh.lastElementChild.remove();
    old.replaceWith(fresh);
    front = null;
    fresh.querySelector("a").focus();
    say(changed && go ? "later" : "saved");
    fresh.addEventListener("focusout", () => say("", ""));
  };

  // A ticked purpose is all its services, and all its services are the purpose.
  const keep = (group, changed) => {
    const [all, ...each] = group.querySelectorAll("[type=checkbox]");
    if (!each[0]) return;
    all.disabled = false;
    if (changed === all) for (const box of each) box.checked = all.checked;
    all.checked = each.every(box => box.checked);
    all.indeterminate = !all.checked && each.some(box => box.checked);
  };
  const keepAll = () => document.querySelectorAll("#cookiegate fieldset").forEach(keep);
  on("change", e => {
    const group = e.target.closest?.("#cookiegate fieldset");
    if (group) keep(group, e.target);
  });

  const open = async link => {
    try {
      const panel = parse(await (await fetch(link.href)).text()).querySelector(".cookiegate-settings");
      // The style that it brings passes the page's CSP by the nonce of the one that stands in the page.
      panel.querySelector("link").nonce = section().firstElementChild.nonce;
      front = section().querySelector("form");
      front.replaceWith(panel);
      keepAll();
      panel.querySelector("h2").focus();
    } catch {
      location.href = link.href;
    }
  };
  const close = () => {
    section().querySelector("form").replaceWith(front);
    front.querySelector("[data-cookiegate=settings]").focus();
    front = null;
  };
  on("click", e => {
    const link = e.target.closest?.("a[data-cookiegate]");
    if (!link || !section() || e.ctrlKey || e.metaKey || e.shiftKey) return;
    if (link.dataset.cookiegate == "settings") e.preventDefault(), front || open(link);
    else if (front) e.preventDefault(), close();
  });
  on("keydown", e => { if (front && e.key == "Escape") close(); });

  // Hidden by a blocker, the banner leaves no gap at the end of the page.
  const ask = document.querySelector(".cookiegate-ask");
  if (ask) new ResizeObserver(() => ask.classList.toggle("cookiegate-ask", ask.offsetHeight)).observe(ask);

  // A page from the back/forward cache may show what is no longer allowed.
  on("pageshow", e => { if (e.persisted && !typed) reload(); });
  channel.onmessage = e => { typed ? lock(e.data) : reload(); };

  window.cookiegate = Object.freeze({
    get services() { return list("services"); },
    get purposes() { return list("purposes"); },
    allows: name => list("services").concat(list("purposes")).includes(name),
    open: () => front || open(section().querySelector("[data-cookiegate=settings]")),
  });
  keepAll();
})();
