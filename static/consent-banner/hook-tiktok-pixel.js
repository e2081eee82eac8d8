/* Held before "load". What is held goes out when consent is granted and is forgotten when it is revoked. */
const answer = consents => consents.pixel ? "grantConsent" : "revokeConsent";
hook("tiktok-pixel", (now, decided) => {
  queue("ttq", ["holdConsent"], ...(decided ? [[answer(now())]] : []));
}, consents => {
  const method = answer(consents);
  if (ttq[method]) ttq[method]();
  else ttq.push([method]);
});
