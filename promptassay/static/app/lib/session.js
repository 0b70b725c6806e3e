// @ts-check
/**
 * Notices that this browser's session has ended: by an answer to any request, in another tab, or when the tab is looked at again.
 * Then `session:ended` goes to the document, where results on the screen are taken away, and what the browser kept is deleted.
 */

const channel = new BroadcastChannel("promptassay:session");
let asking = false;

/**
 * Tells every page of this browser, and deletes what it kept for anybody. Only somebody who signs out leaves unsaved texts behind too.
 * @param {"ended" | "left"} [how]
 */
export async function ended(how = "ended") {
  channel.postMessage(how);
  tell(how);
  const { forget } = await import("app/lib/databases");
  await forget();
}

export function watchSession() {
  channel.onmessage = ({ data }) => tell(data);
  const ask = window.fetch;
  // Every script of ours asks by it, those of tomorrow too.
  window.fetch = async (...given) => {
    const response = await ask(...given);
    hear(response.type === "opaqueredirect" ? 302 : response.status);
    return response;
  };
  document.addEventListener("htmx:afterRequest", (event) => hear(/** @type {CustomEvent} */ (event).detail.xhr.status));
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && doubt());
  addEventListener("pageshow", ({ persisted }) => persisted && doubt());
}

/** A 401 says it; a refusal or a way elsewhere may have other reasons. @param {number} status */
function hear(status) {
  if (status === 401) ended().catch(() => undefined);
  else if (status === 403 || status === 302) doubt();
}

async function doubt() {
  if (asking) return;
  asking = true;
  try {
    const { check } = await import("app/lib/store");
    await check();
  } catch {
    // The server cannot be reached: then nobody knows, and what is in memory stays.
  } finally {
    asking = false;
  }
}

/** @param {"ended" | "left"} how */
function tell(how) {
  if (how === "left") sessionStorage.clear();
  document.dispatchEvent(new CustomEvent("session:ended"));
}
