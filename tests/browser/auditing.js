// Read by test_hostile_text.py: what stands in a document that no template of ours writes.

const OURS = location.origin;
const NEVER = "iframe, object, embed, base, math, marquee, video, audio, frameset, frame, applet, plaintext, xmp, portal, img:not(.cm-widgetBuffer), image, use, foreignObject, animate, set";
const ADDRESSES = ["href", "src", "action", "formaction", "xlink:href", "srcset", "data", "poster", "background", "ping", "hx-get", "hx-post", "data-events", "data-draft-url"];

function strange(doc) {
  const found = [...doc.querySelectorAll(NEVER)].map((element) => `<${element.localName}>`);
  for (const element of doc.querySelectorAll("*")) {
    for (const { name, value } of element.attributes) {
      if (/^(on|hx-on)/i.test(name)) found.push(`${name} on ${element.localName}`);
      if (name === "style" && !element.closest(".cm-editor, .dock, .work")) found.push(`style on ${element.localName}`);
      if (ADDRESSES.includes(name) && strangeAddress(value)) found.push(`${name}=${value}`);
    }
  }
  for (const script of doc.querySelectorAll("script")) {
    const known = script.src ? new URL(script.src, OURS).origin === OURS : script.nonce || script.getAttribute("nonce");
    if (!known) found.push(`a script: ${script.textContent.slice(0, 60)}`);
  }
  for (const sheet of doc.querySelectorAll("style")) {
    if (!sheet.nonce && !sheet.getAttribute("nonce")) found.push(`a style: ${sheet.textContent.slice(0, 60)}`);
  }
  if (doc.querySelector("body link, body meta, meta[http-equiv]")) found.push("a link or meta");
  return [...new Set(found)].slice(0, 10);
}

function strangeAddress(value) {
  if (value.startsWith("#") || value === "") return false;
  const url = new URL(value, OURS);
  return url.origin !== OURS || url.pathname === "/accounts/logout/" && !value.startsWith("/accounts/logout/");
}
