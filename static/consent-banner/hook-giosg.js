/* By the numbers of the purposes of the Transparency and Consent Framework. Nothing rests on legitimate interest. */
const preferences = consents => ({
  purpose: {consents, legitimateInterests: map(consents, () => false)},
  vendor: consents[1],
});
hook("giosg", now => {
  meet(window, "giosgTCApi", api => say(() => api.setVisitorConsent(preferences(now()))));
}, consents => window.giosgTCApi?.setVisitorConsent(preferences(consents)));
