// @ts-check
/** A copy of unsaved texts in this tab's storage, offered again when the page comes back without them. */

/** @param {HTMLFormElement} form @param {string} key */
export function keepCopy(form, key) {
  try {
    sessionStorage.setItem(key, JSON.stringify([...texts(form)].map(([name, field]) => [name, field.value])));
  } catch {
    // Full or switched off: the text is still in the page.
  }
}

/** Shows `[data-draft-recover]` if the kept copy differs from the form; a click puts it back. @param {HTMLFormElement} form @param {string} key */
export function offerCopy(form, key) {
  const kept = new Map(/** @type {[string, string][]} */ (JSON.parse(sessionStorage.getItem(key) ?? "[]")));
  const differing = () => [...texts(form)].filter(([name, field]) => kept.has(name) && plain(kept.get(name)) !== plain(field.value));
  const button = document.querySelector("[data-draft-recover]");
  if (!differing().length) return sessionStorage.removeItem(key);
  if (!(button instanceof HTMLElement)) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    for (const [name, field] of differing()) {
      field.value = kept.get(name) ?? "";
      field.dispatchEvent(new CustomEvent("editor:set", { detail: field.value }));
    }
    button.hidden = true;
    form.dispatchEvent(new Event("input"));
  });
}

/**
 * The fields in which a person writes, read after each editor has handed its text over, by name and number (names may repeat).
 *
 * @param {HTMLFormElement} form
 * @returns {Map<string, HTMLTextAreaElement>}
 */
function texts(form) {
  new FormData(form).keys(); // raises `formdata`
  const all = form.querySelectorAll('textarea[name], input[name]:not([type="hidden"], [type="checkbox"], [type="radio"], [type="file"])');
  /** @type {Map<string, HTMLTextAreaElement>} */
  const found = new Map();
  for (const each of all) {
    const field = /** @type {HTMLTextAreaElement} */ (each);
    let number = 0;
    while (found.has(`${field.name} ${number}`)) number += 1;
    found.set(`${field.name} ${number}`, field);
  }
  return found;
}

/** @param {string | undefined} text @returns {string | undefined} with the line ends that a textarea reports */
function plain(text) {
  return text?.replaceAll("\r\n", "\n");
}
