/** The kinds of cues that are muted: in this call, and for the rep's later calls; each with its way back. */

import { $, el, phrase, say } from "../dom.js";
import { get, put, remove } from "../http.js";

let kept = []; // muted for later calls
let drawn = "";
let speak = () => {};
let order = () => {};

/** Draw the list; `here` are the kinds muted in the call that goes on, empty without one. */
export function drawMuted(here) {
  const kinds = [...new Set([...here, ...kept])];
  const now = JSON.stringify([kinds, kept]);
  if (now === drawn) return;
  drawn = now;
  $("muted").hidden = kinds.length === 0;
  $("muted-list").replaceChildren(...kinds.map((kind) => {
    const name = el("span", {}, phrase(kind));
    const button = el("button", { type: "button", class: "quiet", "aria-label": `Bring ${phrase(kind)} back` }, "Bring back");
    button.addEventListener("click", () => bringBack(kind));
    return el("li", {}, name, button);
  }));
}

/** Remember a kind for later calls. */
export async function keepMuted(kind) {
  ({ kinds: kept } = await put(`/api/v1/muted/${kind}`));
}

async function bringBack(kind) {
  try {
    ({ kinds: kept } = await remove(`/api/v1/muted/${kind}`));
    await order("unmute_kind", kind);
    $("muted").focus();
    speak(`${phrase(kind)} is back.`);
  } catch {
    speak(`${phrase(kind)} is still muted: no connection. Try again in a moment.`);
  }
}

/** Begin; `announce` says a line, `press` sends an order into the call that goes on, if one does. */
export async function startMuted(announce, press) {
  speak = announce;
  order = press;
  try {
    ({ kinds: kept } = await get("/api/v1/muted"));
  } catch {
    /* the list then shows what was muted in this call */
  }
}
