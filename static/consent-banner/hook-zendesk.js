/* Zendesk Messaging: never "all", which is its own statistics too. "none" hides it and deletes what it stored. */
const range = consents => ["messenger:set", "cookies", consents.functional ? "functional" : "none"];
hook("zendesk", now => {
  meet(window, "zE", zE => say(() => zE(...range(now()))));
}, consents => window.zE?.(...range(consents)));
