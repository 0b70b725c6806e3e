// @ts-check
/**
 * Asks before a form is sent: `<form data-island="confirm" data-confirm="Delete suite “golden”?"
 * data-confirm-more="Its 24 cases go with it." data-confirm-action="Delete">`. Works for htmx forms too.
 */

/** @param {HTMLElement} element */
export default function confirm(element) {
  let agreed = false;
  element.addEventListener("submit", async (event) => {
    if (agreed || element.matches("[hx-post], [hx-delete], [hx-put], [hx-patch]")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const submitter = /** @type {SubmitEvent} */ (event).submitter;
    if (!(await ask(element))) return;
    agreed = true;
    /** @type {HTMLFormElement} */ (element).requestSubmit(submitter);
    agreed = false;
  }, true);
  element.addEventListener("htmx:confirm", async (event) => {
    const { detail, target } = /** @type {CustomEvent} */ (event);
    if (target !== element) return;
    event.preventDefault();
    if (await ask(element)) detail.issueRequest(true);
  });
}

/** @param {HTMLElement} element @returns {Promise<boolean>} */
function ask(element) {
  const dialog = document.createElement("dialog");
  dialog.setAttribute("role", "alertdialog");
  dialog.setAttribute("aria-labelledby", "confirm-title");
  dialog.innerHTML = '<form method="dialog" class="dialog-body"><h2 id="confirm-title"></h2><p class="muted"></p>'
    + '<div class="dialog-actions"><button class="btn" value="no" autofocus>Cancel</button>'
    + '<button class="btn danger" value="yes"></button></div></form>';
  const [title, more, yes] = ["h2", "p", "[value=yes]"].map((each) => /** @type {HTMLElement} */ (dialog.querySelector(each)));
  title.textContent = element.dataset.confirm ?? "Are you sure?";
  more.textContent = element.dataset.confirmMore ?? "";
  more.hidden = !more.textContent;
  yes.textContent = element.dataset.confirmAction ?? "Go on";
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
  });
}
