// @ts-check
/**
 * A form that signs out, `<form data-island="accounts/sign-out" data-person="…">`: what this browser keeps is deleted before it is
 * sent, and its other pages are told. On each page, what another person left here is deleted too.
 */

import { forget } from "app/lib/databases";
import { ended } from "app/lib/session";

const PATIENCE_MS = 2000;

/** @param {HTMLElement} element */
export default function signOut(element) {
  const form = /** @type {HTMLFormElement} */ (element);
  if (form.dataset.person) forget(form.dataset.person).catch(() => undefined);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    // A tab that holds a database open must not keep anybody signed in; the answer's Clear-Site-Data header deletes the rest.
    const enough = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
    await Promise.race([ended("left").catch(() => undefined), enough]);
    form.submit();
  });
}
