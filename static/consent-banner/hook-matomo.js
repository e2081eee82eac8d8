/* For this page alone: Matomo keeps no cookie about it, as we do. */
hook("matomo", now => {
  queue("_paq", ["requireConsent"], ...(now().tracking ? [["setConsentGiven"]] : []));
}, consents => _paq.push([consents.tracking ? "setConsentGiven" : "forgetConsentGiven"]));
