/* What comes after a button of ours was pressed: the settings opened in place, and what a choice changes in the page.

   A module that our answers name. banner.js imports it, by which it passes every policy that banner.js itself passed;
   the settings page runs it as well. */

/* What the question or the control was, while the settings stand in its place, and who had the focus before. */
let front, opener;

const find = () => document.querySelector("section#cookiegate > .cookiegate-settings");

const focus = (wanted, otherwise) => {
  wanted?.focus();
  if (document.activeElement !== wanted || wanted === document.body) otherwise.focus();
};

/* Once, in a place that was there before: only then do screen readers read it out. */
const say = (section, text) => {
  const write = words => { section.querySelector("[role=status]").textContent = words; };
  setTimeout(write, 100, text);
  addEventListener("focusout", () => setTimeout(write, 100, ""), {once: true});
};

/* A ticked purpose is all its services, and all its services are the purpose. */
const keep = (group, changed) => {
  const [all, ...each] = group.querySelectorAll("[type=checkbox]");
  if (!each[0]) return;
  all.disabled = false;
  if (changed === all) for (const box of each) box.checked = all.checked;
  all.checked = each.every(box => box.checked);
  all.indeterminate = !all.checked && each.some(box => box.checked);
};
const keepAll = () => document.querySelectorAll("#cookiegate fieldset").forEach(group => keep(group));

/* Not before its style is there, or cannot be had; which a site's policy may let pass by our nonce only. */
const dress = (section, link) => new Promise(done => {
  if (section.querySelector(`:scope > link[href="${link.getAttribute("href")}"]`)) return done(link.remove());
  link.nonce = section.firstElementChild.nonce;
  link.onload = link.onerror = done;
  section.append(link);
});

const open = async (section, panel) => {
  const asked = document.activeElement;
  await dress(section, panel.querySelector("link"));
  if (find()) return;
  opener = asked;
  front = section.querySelector("form");
  front.replaceWith(panel);
  keepAll();
  panel.querySelector("h2").focus();
};

const close = () => {
  find().replaceWith(front);
  focus(opener, front.querySelector("[data-cookiegate=settings]"));
};

/* What must have happened before the page is loaded again. Who first refuses changes nothing: workers stay. */
const enact = async (before, {services, purposes}, {csp, clear}, lock, channel) => {
  const said = {services, purposes, csp, changed: services !== (before || "")};
  if (services !== before) channel.postMessage(said);
  if (clear) {
    // What is under way must not bring back what is cleared.
    lock(csp);
    await fetch(clear, {method: "POST"});
  }
  if (said.changed) {
    // A service's worker would go on answering for its pages after the consent is gone.
    for (const worker of await navigator.serviceWorker?.getRegistrations() || []) await worker.unregister();
  }
  return said;
};

/* An answer of ours: the settings, the control that fits the new choice, or why nothing was saved. */
export const show = async (answer, section, settle, lock, channel, before) => {
  const panel = answer.querySelector(".cookiegate-settings"), fresh = answer.querySelector("section");
  if (panel) return open(section, panel);
  if (!fresh) return say(section, [...answer.querySelectorAll("main > *")].map(part => part.textContent).join(". "));
  const {saved, later} = answer.body.dataset;
  const waits = settle(await enact(section.dataset.services, fresh.dataset, answer.body.dataset, lock, channel));
  if (waits === undefined) return;
  for (const {name, value} of fresh.attributes) section.setAttribute(name, value);
  // Only the form is another one: the style has passed the page's policy, and what speaks must have been there before.
  const form = fresh.querySelector("form");
  section.querySelector("form").replaceWith(form);
  // Back to where the visitor was before the question, or to what now stands in its place: the way to ask it again.
  focus(before, form.querySelector("a"));
  say(section, waits ? later : saved);
};

addEventListener("change", e => {
  const group = e.target.closest?.("#cookiegate fieldset");
  if (group) keep(group, e.target);
});
addEventListener("click", e => {
  if (find()?.contains(e.target) && e.target.closest("[data-cookiegate=back]")) {
    e.preventDefault();
    close();
  }
}, true);
addEventListener("keydown", e => {
  const inside = e.target === document.body || find()?.contains(e.target);
  if (inside && find() && e.key === "Escape" && !e.defaultPrevented) close();
});

/* The settings page itself: other tabs must hear of what is chosen here. */
const page = document.querySelector("body#cookiegate .cookiegate-settings");
page?.addEventListener("submit", async e => {
  if (!e.submitter || page.dataset.native) return;
  e.preventDefault();
  const body = new URLSearchParams(new FormData(page));
  body.set(e.submitter.name, e.submitter.value);
  try {
    const text = await (await fetch(page.action, {method: "POST", body})).text();
    const answer = new DOMParser().parseFromString(text, "text/html");
    const {dataset} = answer.querySelector("section");
    await enact(page.dataset.services, dataset, answer.body.dataset, () => {}, new BroadcastChannel("cookiegate"));
    location = page.elements.return_to.value;
  } catch {
    page.dataset.native = "";
    e.submitter.click();
  }
});
keepAll();
