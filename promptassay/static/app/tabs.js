// @ts-check
/**
 * Turns links to sections into tabs. `<div class="tabs"><a href="#pane-lint">Lint</a>…</div>` inside the element,
 * and sections with those ids. The chosen tab is remembered for this browser tab under `data-remember`. Without
 * scripts the links jump to the sections, which then all show.
 */

/** @param {HTMLElement} element */
export default function tabs(element) {
  const bar = element.querySelector(".tabs");
  if (!bar) return;
  const all = /** @type {HTMLElement[]} */ ([...bar.querySelectorAll('a[href^="#"]')]);
  const key = element.dataset.remember ? `tab:${element.dataset.remember}` : "";
  bar.setAttribute("role", "tablist");
  for (const tab of all) {
    const pane = paneOf(tab);
    tab.setAttribute("role", "tab");
    tab.id ||= `tab-${pane?.id}`;
    tab.setAttribute("aria-controls", pane?.id ?? "");
    pane?.setAttribute("role", "tabpanel");
    pane?.setAttribute("aria-labelledby", tab.id);
    tab.addEventListener("click", (event) => (event.preventDefault(), choose(tab)));
    tab.addEventListener("keydown", (event) => move(event, tab));
  }

  /** @param {HTMLElement} tab */
  function choose(tab) {
    for (const each of all) {
      const chosen = each === tab;
      each.setAttribute("aria-selected", String(chosen));
      each.tabIndex = chosen ? 0 : -1;
      const pane = paneOf(each);
      if (pane) pane.hidden = !chosen;
    }
    if (key) sessionStorage.setItem(key, tab.getAttribute("href") ?? "");
  }

  /** @param {KeyboardEvent} event @param {HTMLElement} tab */
  function move(event, tab) {
    const step = { ArrowRight: 1, ArrowLeft: -1, Home: -all.length, End: all.length }[event.key];
    if (event.key === " ") return event.preventDefault(), choose(tab);
    if (!step) return;
    event.preventDefault();
    const at = all.indexOf(tab);
    const to = Math.abs(step) > 1 ? (step < 0 ? 0 : all.length - 1) : (at + step + all.length) % all.length;
    choose(all[to]);
    all[to].focus();
  }

  const wanted = location.hash || (key && sessionStorage.getItem(key));
  const first = all.find((tab) => tab.getAttribute("href") === wanted) ?? all.find((tab) => tab.matches("[data-chosen]")) ?? all[0];
  if (first) choose(first);
}

/** @param {HTMLElement} tab @returns {HTMLElement | null} */
function paneOf(tab) {
  return document.getElementById((tab.getAttribute("href") ?? "").slice(1));
}
