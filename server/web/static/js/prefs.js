/** The reader's own switches, kept in this browser. */

const DEFAULTS = { keys: true, speakCues: true, speakCaptions: false };

export function pref(name) {
  try {
    const kept = localStorage.getItem(`beatline.${name}`);
    return kept === null ? DEFAULTS[name] : kept === "on";
  } catch {
    return DEFAULTS[name];
  }
}

export function setPref(name, on) {
  try {
    localStorage.setItem(`beatline.${name}`, on ? "on" : "off");
  } catch {
    /* a private window forgets; nothing else to do */
  }
}

/** Bind a checkbox to a switch; `apply` runs now and at every change. */
export function bindPref(checkbox, name, apply = () => {}) {
  checkbox.checked = pref(name);
  apply(checkbox.checked);
  checkbox.addEventListener("change", () => {
    setPref(name, checkbox.checked);
    apply(checkbox.checked);
  });
}
