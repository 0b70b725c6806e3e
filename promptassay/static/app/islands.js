// @ts-check
/**
 * Brings elements with `data-island="prompts/editor"` to life by importing `app/prompts/editor` and calling its
 * default export with the element. Several names are separated by spaces. Each element is started once per name.
 *
 * @typedef {(element: HTMLElement) => unknown} Island
 */

/** @type {WeakMap<Element, Set<string>>} */
const started = new WeakMap();

/** Starts every island in `root`, itself included. @param {ParentNode} root */
export function boot(root) {
  if (root instanceof HTMLElement && root.dataset.island) start(root);
  for (const element of root.querySelectorAll("[data-island]")) start(/** @type {HTMLElement} */ (element));
}

/** @param {HTMLElement} element */
function start(element) {
  const names = started.get(element) ?? new Set();
  started.set(element, names);
  for (const name of (element.dataset.island ?? "").split(/\s+/).filter(Boolean)) {
    if (names.has(name)) continue;
    names.add(name);
    import(`app/${name}`).then(
      (/** @type {{default: Island}} */ module) => module.default(element),
      (error) => console.error(`The island “${name}” did not load; the plain form still works.`, error),
    );
  }
}
