// @ts-check
// Applies the remembered theme and dock width before the first paint: a small blocking script, no module.
(() => {
  document.documentElement.classList.add("scripted");
  /** @param {string} name */
  const remembered = (name) => new RegExp(`(?:^|;\\s*)${name}=([a-z0-9]+)`).exec(document.cookie)?.[1];
  const theme = remembered("theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  const dock = Number(remembered("dock-width"));
  if (dock > 0) document.documentElement.style.setProperty("--dock", `${dock}px`);
})();
