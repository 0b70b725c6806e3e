// @ts-check
/** A link to what a notification is about: following it marks the notification as read, at `data-read-url`. */

import { csrfToken } from "app/lib/csrf";

/** @param {HTMLElement} link */
export default function markRead(link) {
  const tell = () => {
    // The page goes away meanwhile, which must not stop it.
    fetch(link.dataset.readUrl ?? "", {
      method: "POST", keepalive: true, headers: { "X-CSRFToken": csrfToken(), "X-Requested-With": "fetch" },
    }).catch(() => {}); // it stays unread, and there is a button for that
  };
  link.addEventListener("click", tell);
  link.addEventListener("auxclick", (event) => event.button === 1 && tell());
}
