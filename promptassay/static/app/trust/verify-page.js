// @ts-check
/** Checks a dropped bundle of evidence: `<section data-island="trust/verify-page" hidden>`, and its result beside it. */

import { whyNot } from "app/trust/signatures";
import { verify } from "app/trust/verify";

const LARGEST = 256 * 1024 * 1024;
const SHOWN = 12;

/** @param {HTMLElement} page */
export default async function verifyPage(page) {
  /** @param {string} name */
  const piece = (name) => /** @type {HTMLElement} */ (document.querySelector(`[data-verify="${name}"]`));
  const input = /** @type {HTMLInputElement} */ (page.querySelector("input[type=file]"));
  const key = /** @type {HTMLInputElement} */ (page.querySelector("#key"));
  page.hidden = false;
  piece("without").hidden = true;
  const missing = await whyNot();
  if (missing) {
    input.disabled = true;
    key.disabled = true;
    piece("status").textContent = `${missing} Use the command below.`;
    return;
  }
  let file = /** @type {File | undefined} */ (undefined);
  let turn = 0;
  input.addEventListener("change", () => check(input.files?.[0]));
  key.addEventListener("change", () => check(file));
  const drop = /** @type {HTMLElement} */ (page.querySelector(".drop"));
  for (const name of ["dragover", "dragleave", "drop"]) {
    drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.toggle("over", name === "dragover");
      if (name === "drop") check(/** @type {DragEvent} */ (event).dataTransfer?.files[0]);
    });
  }

  /** @param {File | undefined} given */
  async function check(given) {
    if (!given) return;
    file = given;
    const own = (turn += 1);
    piece("result").hidden = true;
    if (given.size > LARGEST) return say(`${given.name} is too large: a bundle has at most 256 MB.`);
    say(`Reading ${given.name} …`);
    let bytes;
    try {
      bytes = new Uint8Array(await given.arrayBuffer());
    } catch {
      return say(`${given.name} could not be read. Choose it again.`);
    }
    const tell = (/** @type {number} */ done, /** @type {number} */ of) => own === turn && say(`Checking entry ${done} of ${of} …`);
    const report = await verify(bytes, { keyId: key.value.trim().toLowerCase(), tell });
    if (own === turn) show(given, report);
  }

  /** @param {string} text */
  function say(text) {
    piece("status").textContent = text;
  }

  /** @param {File} given @param {import("app/trust/verify").Report} report */
  function show(given, report) {
    const { problems, stale } = report;
    const result = piece("result");
    result.classList.toggle("proven", !problems.length && !stale.length);
    result.classList.toggle("failing", problems.length > 0);
    const verdict = problems.length ? "Not as it was signed." : stale.length ? "Genuine, and not all of it proven." : "Whole, and fresh.";
    piece("verdict").textContent = verdict;
    piece("sign").textContent = problems.length ? "▼" : stale.length ? "◆" : "●";
    piece("words").textContent = problems.length
      ? `What does not hold in ${given.name}:`
      : `Every byte, hash, signature and link of ${given.name} holds.${stale.length ? " Without a fresh proof that held:" : " So does every proof, for the claims as they are worded."}`;
    const found = problems.length ? problems : stale;
    const lines = found.slice(0, SHOWN);
    if (found.length > SHOWN) lines.push(`And ${found.length - SHOWN} more.`);
    piece("found").replaceChildren(...lines.map((line) => element("li", line, problems.length ? "bad-ink" : "")));
    const facts = { "signed by key": report.key, instance: report.instance, build: report.build, made: report.made };
    const known = Object.entries(facts).filter(([, value]) => value);
    piece("facts").replaceChildren(...known.flatMap(([name, value]) => [element("dt", name), element("dd", value, "mono")]));
    const made = report.made ? new Date(report.made) : null;
    piece("build").textContent = report.build.slice(-7);
    piece("entries").textContent = String(report.entries);
    piece("day").textContent = made ? made.toLocaleDateString("en-GB", { day: "numeric", month: "short", timeZone: "UTC" }) : "–";
    piece("time").textContent = made ? made.toISOString().slice(11, 16) : "";
    piece("mark").textContent = problems.length ? "✗" : stale.length ? "○" : "✓";
    piece("count").textContent = problems.length ? `${problems.length} broken` : `${stale.length} open`;
    say(`${given.name}, ${given.size.toLocaleString("en-GB")} bytes. ${verdict}`);
    result.hidden = false;
    result.scrollIntoView({ block: "nearest" });
  }
}

/** @param {string} name @param {string} text @param {string} [look] */
function element(name, text, look = "") {
  const made = document.createElement(name);
  made.textContent = text;
  made.className = look;
  return made;
}
