/* Without a default, UET takes everything for granted. */
hook("microsoft-uet", (now, decided) => {
  const update = decided ? ["consent", "update", spell(now())] : [];
  queue("uetq", "consent", "default", {ad_storage: "denied"}, ...update);
}, consents => uetq.push("consent", "update", spell(consents)));
