/* Tells services what was agreed to, each in its own words, before their code runs (docs/hooks.md).

   The server puts in front of it `types`: hook, then type of consent, then the services whose consent it is; and behind
   it the hooks of this site's services. It stands in pages alone in which one of them may run. */
const {run, given} = document.currentScript.dataset;
// None of them while nothing was decided.
let agreed = given?.split(" ");
const map = (fields, change) => Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, change(value)]));
const spell = consents => map(consents, yes => yes ? "granted" : "denied");

/* `begin(now, decided)` before the service's code runs, where `now()` is what is agreed to by type; `change(consents)`
   once where the page stays after another choice. */
const hook = (name, begin, change) => {
  if (!run.split(" ").includes(name)) return;
  const now = () => map(types[name], services => services.some(id => agreed?.includes(id)));
  let told = agreed && JSON.stringify(now());
  begin(now, !!agreed);
  document.addEventListener("cookiegate:settled", () => {
    agreed = cookiegate.choice.services;
    const news = JSON.stringify(now());
    if (news === told) return;
    told = news;
    change(now());
  });
};

/* Many a service's snippet loads nothing where its name is taken: it must find none, and ours is said to it at once. */
const settle = (place, name, value) => {
  Object.defineProperty(place, name, {value, writable: true, enumerable: true, configurable: true});
};
const meet = (place, name, greet) => Object.defineProperty(place, name, {
  configurable: true,
  get() {},
  set(value) {
    settle(place, name, value);
    greet(value);
  },
});
/* A stub that is not whole yet when it gets its name is so once its script has run. */
const say = words => {
  try {
    words();
  } catch {
    queueMicrotask(words);
  }
};
/* The function's own list of what was called before its code came. */
const precede = (service, ...calls) => {
  if (service.queue) service.queue.unshift(...calls);
  else meet(service, "queue", list => list.unshift(...calls));
};
/* A global list of commands. Whoever begins it anew begins with ours. */
const queue = (name, ...first) => {
  const list = [...first];
  Object.defineProperty(window, name, {
    configurable: true,
    enumerable: true,
    get: () => list,
    set(value) {
      if (value === list) return;
      settle(window, name, value);
      if (Array.isArray(value) && !value.includes(first.at(-1))) value.unshift(...first);
    },
  });
};
