// @ts-check
// Applies the remembered theme and dock width before the first paint: a small blocking script, no module.
(() => {
  document.documentElement.classList.add("scripted");
  try {
    const theme = localStorage.getItem("theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
    const dock = Number(localStorage.getItem("dock-width"));
    if (dock > 0) document.documentElement.style.setProperty("--dock", `${dock}px`);
  } catch {
    // Storage may be switched off; the system's theme then applies.
  }
})();
