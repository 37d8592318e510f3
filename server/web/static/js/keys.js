/** Single-key shortcuts: switchable (WCAG 2.2, 2.1.4), silent in fields and dialogs. */

import { pref } from "./prefs.js";

const TYPING = "input:not([type=radio], [type=checkbox], [type=range]), textarea, select, [contenteditable]";

/** `table` maps a key ("x", "?", " ", "ArrowLeft") to what it does; return false to leave the key alone. */
export function listen(table, allowed = () => true) {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (!pref("keys") || !allowed()) return;
    const target = event.target instanceof Element ? event.target : document.body;
    if (target.closest(TYPING) || document.querySelector("dialog[open]")) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (key === " " && target.closest("button, a, input, summary")) return;
    const act = table[key];
    if (act && act(event) !== false) event.preventDefault();
  });
}
