/* Both types at every call, or Clarity takes the one left out for denied without saying so. */
hook("microsoft-clarity", now => {
  meet(window, "clarity", clarity => say(() => clarity("consentv2", spell(now()))));
}, consents => window.clarity?.("consentv2", spell(consents)));
