/* Takes the place of a captcha's script that was not agreed to: says so where the captcha would be, with the buttons
   that load it, or else nobody would know why the form cannot be sent. */
(() => {
  const PLACES = {recaptcha: ".g-recaptcha", hcaptcha: ".h-captcha", "cloudflare-turnstile": ".cf-turnstile"};
  const {cookiegateService: service, cookiegatePlaceholder: words} = document.currentScript.dataset;

  const show = () => {
    for (const place of document.querySelectorAll(PLACES[service])) {
      const frame = document.createElement("iframe");
      frame.srcdoc = words;
      frame.dataset.cookiegateService = service;
      Object.assign(frame.style, {width: "100%", height: "15em", border: "0"});
      // An invisible captcha is the form's own button.
      if (place.matches("button, input")) place.after(frame);
      else if (!place.firstChild) place.append(frame);
    }
  };
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", show);
  else show();
})();
