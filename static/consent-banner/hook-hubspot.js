/* The question is ours: HubSpot's own banner stays away. A refusal keeps its code from counting page views too, by a
   cookie that has to be taken back. */
const consent = consents => ["setHubSpotConsent", consents];
const track = consents => consents.analytics ? ["doNotTrack", {track: true}] : ["doNotTrack"];
hook("hubspot", (now, decided) => {
  window.disableHubSpotCookieBanner = true;
  queue("_hsp", consent(now()));
  queue("_hsq", ...(decided ? [track(now())] : []));
}, consents => {
  _hsp.push(consent(consents));
  _hsq.push(track(consents));
});
