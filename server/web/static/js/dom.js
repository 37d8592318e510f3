/** Small words for the page. */

export const $ = (id) => document.getElementById(id);

/** Make an element; text goes in as text, never as markup. */
export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value == null) continue;
    made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

/** Set text only where it changed, so that live regions stay quiet. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** 65.2 → "1:05" */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

export const percent = (share) => `${Math.round(share * 100)} %`;

/** "no_answer" → "No answer" */
export function phrase(word) {
  const words = word.replaceAll(/[_-]/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
