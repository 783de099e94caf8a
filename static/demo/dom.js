/** Elements from plain values. Text is always text: nothing here, or anywhere else, writes `innerHTML`. */

/**
 * @param {string} name @param {Record<string, any>} [props] attributes; `on*` are listeners; null and false are left out
 * @param {...(Node | string | null | undefined | false)} children @returns {HTMLElement}
 */
export function el(name, props = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/**
 * A drawing from the page's end, hidden from screen readers: whatever it says is said in words too. It is copied, as
 * `<use>` makes a shadow tree of its own, which costs a frame with many rows twice as much.
 */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const parts = document.getElementById(`icon-${name}`)?.children ?? [];
  svg.append(...Array.from(parts, (part) => part.cloneNode(true)));
  return svg;
}

/** Text for screen readers alone. */
export function spoken(text) {
  return el("span", { class: "spoken" }, text);
}

/** Set an element's text only where it differs, so that nothing is announced or laid out for nothing. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Set an attribute only where it differs. */
export function mark(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/** Set a custom property; the page's policy allows no `style` attribute, but it does allow this. */
export function css(element, name, value) {
  if (element.style.getPropertyValue(name) !== value) element.style.setProperty(name, value);
}

/** Copy, and say so on the button for a moment. */
export async function copy(text, button) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = el("textarea", { class: "spoken", "aria-hidden": "true" });
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
    button.focus();
  }
  const label = button.querySelector(".label") ?? button;
  label.dataset.was ??= label.textContent;
  label.textContent = "Copied";
  clearTimeout(Number(button.dataset.timer));
  button.dataset.timer = String(setTimeout(() => (label.textContent = label.dataset.was), 1600));
}
