/* Before "load". */
hook("pinterest-tag", now => {
  meet(window, "pintrk", pintrk => precede(pintrk, ["setconsent", now().tag]));
}, consents => window.pintrk?.("setconsent", consents.tag));
