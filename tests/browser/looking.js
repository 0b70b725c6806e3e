// Read by looking.py and put into a page of a test: functions that return complaints as texts.

const name = (element) => `${element.tagName.toLowerCase()}${element.id ? `#${element.id}` : ""}.${String(element.className?.baseVal ?? element.className).trim().replace(/\s+/g, ".")}`;
const shown = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true });

function layout() {
  const found = [];
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > width) found.push(`the page is ${document.documentElement.scrollWidth} wide`);
  for (const element of document.body.querySelectorAll("*")) {
    const box = element.getBoundingClientRect();
    if (box.width > 1 && (box.right > width + 1 || box.left < -1) && shown(element) && !clipped(element)) {
      found.push(`${name(element)} reaches from ${Math.round(box.left)} to ${Math.round(box.right)}`);
    }
  }
  const headings = [...document.querySelectorAll("h1")].filter(shown);
  if (headings.length !== 1 || !headings[0].textContent.trim()) found.push(`${headings.length} h1`);
  if (document.querySelectorAll("main").length !== 1) found.push(`${document.querySelectorAll("main").length} main`);
  if (!document.title.trim()) found.push("no title");
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  for (const id of new Set(ids.filter((each, at) => ids.indexOf(each) !== at))) found.push(`the id ${id} stands twice`);
  for (const picture of document.querySelectorAll("svg, img")) {
    if (picture.closest("[aria-hidden=true]") || picture.getAttribute("aria-label") || picture.getAttribute("alt") !== null) continue;
    if (shown(picture)) found.push(`${name(picture)} in ${name(picture.parentElement)} is neither hidden nor named`);
  }
  return found.slice(0, 8);
}

/** Whether something around it scrolls or cuts it off. */
function clipped(element) {
  for (let around = element.parentElement; around && around !== document.body; around = around.parentElement) {
    if (getComputedStyle(around).overflowX !== "visible") return true;
  }
  return false;
}

const paint = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
const known = new Map();

/** A CSS colour as [red, green, blue, alpha], each from 0 to 1. */
function colour(text) {
  if (!known.has(text)) {
    paint.clearRect(0, 0, 1, 1);
    paint.fillStyle = text;
    paint.fillRect(0, 0, 1, 1);
    known.set(text, [...paint.getImageData(0, 0, 1, 1).data].map((part) => part / 255));
  }
  return known.get(text);
}

const over = (top, below) => [0, 1, 2].map((part) => top[part] * top[3] + below[part] * (1 - top[3])).concat(1);

function behind(element) {
  const layers = [];
  for (let each = element; each; each = each.parentElement) {
    const style = getComputedStyle(each);
    if (style.backgroundImage !== "none") return null;
    layers.push(colour(style.backgroundColor));
    if (layers.at(-1)[3] === 1) break;
  }
  return layers.reverse().reduce((below, top) => over(top, below), colour(getComputedStyle(document.documentElement).backgroundColor));
}

function luminance(rgb) {
  const [red, green, blue] = rgb.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function ratio(one, other) {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

function contrast() {
  const found = new Map();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !shown(element) || element.closest(".skip:not(:focus), noscript, script, template, .sr, :disabled, [aria-disabled=true]")) continue;
    const style = getComputedStyle(element);
    const ground = behind(element);
    if (!ground) continue;
    let ink = colour(element instanceof SVGElement ? style.fill : style.color).slice();
    for (let each = element; each; each = each.parentElement) ink[3] *= Number(getComputedStyle(each).opacity);
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && Number(style.fontWeight) >= 700);
    const measured = ratio(over(ink, ground), ground);
    if (measured < (large ? 3 : 4.5)) found.set(name(element), `${name(element)} “${walker.currentNode.data.trim().slice(0, 30)}” has ${measured.toFixed(2)}`);
  }
  return [...found.values()].slice(0, 8);
}

function focusShown() {
  let element = document.activeElement;
  if (!element || element === document.body) return [];
  const box = element.getBoundingClientRect();
  if (!box.width || !box.height || !shown(element)) return [`${name(element)} has the focus and is not visible`];
  if (box.bottom < 0 || box.top > innerHeight || box.right < 0 || box.left > innerWidth) return [`${name(element)} has the focus outside the view`];
  for (let each = element; each && each !== document.body; each = each.parentElement) {
    const style = getComputedStyle(each);
    if ((style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1) || style.boxShadow !== "none") return [];
    if (each !== element && !each.matches(":focus-within")) break;
    if (each.matches(".cm-editor, label, .field")) break;
  }
  return [`${name(element)} does not show the focus`];
}
