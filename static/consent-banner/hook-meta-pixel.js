/* Revoked before "init" on every page, since the pixel keeps nothing of it. */
hook("meta-pixel", now => {
  meet(window, "fbq", fbq => {
    const granted = now().pixel ? [["consent", "grant"]] : [];
    precede(fbq, ["consent", "revoke"], ...granted);
  });
}, consents => window.fbq?.("consent", consents.pixel ? "grant" : "revoke"));
