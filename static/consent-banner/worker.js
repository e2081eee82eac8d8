/* Put before the site's own service worker. A worker outlives the page and keeps the policy it was installed with:
   once the choice has changed, this one asks nobody but the site itself any more, until its successor takes over. */
(() => {
  let current = true;
  new BroadcastChannel("cookiegate").onmessage = (e) => {
    current &&= !e.data.changed;
  };
  const native = self.fetch;
  self.fetch = (request, ...rest) => {
    const place = new URL(request.url ?? request, location.href);
    return current || place.origin === location.origin
      ? native.call(self, request, ...rest)
      : Promise.reject(new TypeError("The visitor's choice has changed"));
  };
  const Socket = self.WebSocket;
  self.WebSocket = class extends Socket {
    constructor(...address) {
      if (!current) throw new DOMException("The visitor's choice has changed", "SecurityError");
      super(...address);
    }
  };
})();
