/* Disabled, the Messenger uses no cookies. Shut down, it ends its session. */
hook("intercom", now => {
  meet(window, "intercomSettings", settings => { settings.disabled = !now().messenger; });
}, ({messenger}) => {
  if (window.intercomSettings) intercomSettings.disabled = !messenger;
  if (messenger) window.Intercom?.("boot", window.intercomSettings);
  else window.Intercom?.("shutdown");
});
