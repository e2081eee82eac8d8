/* Google Consent Mode, for Analytics, Ads, Floodlight, AdSense and what Tag Manager loads. Commands are the Arguments
   of a function: an array would be taken for something else. */
const command = function () { return arguments; };
// Signals and personalisation are advertising, whatever the property's settings say.
const limits = consents => consents.ad_storage ? [] : [
  command("set", "allow_google_signals", false),
  command("set", "allow_ad_personalization_signals", false),
];
const decide = consents => [...limits(consents), command("consent", "update", spell(consents))];
hook("google", (now, decided) => {
  queue(
    "dataLayer",
    command("consent", "default", {
      ...map(now(), () => "denied"),
      security_storage: "granted",
      wait_for_update: 500,
    }),
    command("set", "ads_data_redaction", true),
    command("set", "url_passthrough", false),
    ...(decided ? decide(now()) : limits(now())),
  );
}, consents => {
  for (const each of decide(consents)) dataLayer.push(each);
});
