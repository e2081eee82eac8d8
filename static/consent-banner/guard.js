/* Runs before anything else in the page: names that were not agreed to are not written to cookies, web storage or
   IndexedDB, and what an earlier visit left under them is removed. The list of names comes from the server. */
(() => {
  "use strict";
  const allowed = new RegExp("^(?:" + document.currentScript.dataset.names + ")$", "s");
  const keeps = name => allowed.test(name);

  // Written from now on only where `may` says so of the value.
  const watch = (prototype, property, may) => {
    const native = Object.getOwnPropertyDescriptor(prototype, property);
    Object.defineProperty(prototype, property, {
      ...native,
      set(value) {
        if (may(value)) native.set.call(this, value);
      },
    });
  };

  watch(Document.prototype, "cookie", text => {
    const pair = String(text).split(";")[0];
    return keeps(pair.includes("=") ? pair.split("=")[0].trim() : "");
  });
  if (window.CookieStore) {
    const set = CookieStore.prototype.set;
    CookieStore.prototype.set = function (name, ...rest) {
      return keeps(String(name.name ?? name)) ? set.call(this, name, ...rest) : Promise.resolve();
    };
  }

  const real = new WeakMap();
  for (const method of ["getItem", "setItem", "removeItem", "key", "clear"]) {
    const native = Storage.prototype[method];
    Storage.prototype[method] = function (...args) {
      if (method !== "setItem" || keeps(String(args[0]))) return native.apply(real.get(this) || this, args);
    };
  }
  for (const area of ["localStorage", "sessionStorage"]) {
    let store;
    try {
      store = window[area];
      for (const name of Object.keys(store)) if (!keeps(name)) store.removeItem(name);
    } catch {
      // storage is switched off in this browser
      continue;
    }
    const write = (target, name, value) => keeps(String(name)) ? Reflect.set(target, name, value) : true;
    const shield = new Proxy(store, {
      get: (target, name) => Reflect.get(target, name),
      set: write,
      defineProperty: (target, name, property) => write(target, name, property.value),
    });
    real.set(shield, store);
    Object.defineProperty(window, area, {configurable: true, enumerable: true, get: () => shield});
  }

  const refuse = name => new DOMException("Not agreed to: " + name, "SecurityError");
  if (window.IDBFactory) {
    const open = IDBFactory.prototype.open;
    IDBFactory.prototype.open = function (name, ...rest) {
      if (!keeps(String(name))) throw refuse(name);
      return open.call(this, name, ...rest);
    };
    indexedDB.databases?.().then(all => all.forEach(({name}) => keeps(name) || indexedDB.deleteDatabase(name)), () => {});
  }

  if (window.CacheStorage) {
    const open = CacheStorage.prototype.open;
    CacheStorage.prototype.open = function (name) {
      return keeps(String(name)) ? open.call(this, name) : Promise.reject(refuse(name));
    };
  }

  // What no Content-Security-Policy stops: connections and pages fetched ahead of need, and calls by WebRTC.
  const harmless = value => !/preconnect|dns-prefetch|speculationrules/i.test(value);
  watch(HTMLLinkElement.prototype, "rel", harmless);
  watch(HTMLScriptElement.prototype, "type", harmless);
  const setAttribute = Element.prototype.setAttribute;
  Element.prototype.setAttribute = function (name, value) {
    if (!/^(rel|type)$/i.test(name) || harmless(value)) setAttribute.call(this, name, value);
  };
  if (window.RTCPeerConnection && !("given" in document.currentScript.dataset)) {
    const near = place => place.split(/[:?]/)[1] === location.hostname;
    const own = settings => settings?.iceServers
      ? {...settings, iceServers: settings.iceServers.filter(({urls}) => [urls].flat().every(near))}
      : settings;
    window.RTCPeerConnection = class extends RTCPeerConnection {
      constructor(settings) {
        super(own(settings));
      }
      setConfiguration(settings) {
        super.setConfiguration(own(settings));
      }
    };
  }
})();
