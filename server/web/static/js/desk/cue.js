/** The one cue slot, always in the same place, and the ring of the silence after the ask. */

import { $, say } from "../dom.js";
import { ring, shown } from "../fold.js";

const TONES = { stay_silent: "silence", do_not_call: "safety", card: "card" };
const CALM = matchMedia("(prefers-reduced-motion: reduce)");
const PRAISE = 1.6; // seconds for which "Done" stays when a cue was followed

const tone = (cue) => TONES[cue.kind] ?? "nudge";

function quiet(state, seconds, now) {
  const cue = state.cue;
  if (cue?.phase === "followed" && now - cue.done < PRAISE) return ["done", "✓ Done", ""];
  if (seconds !== null) {
    const answering = state.speaking.has("prospect");
    return ["silence", answering ? "Let them talk" : "Stay silent", answering ? "" : "The ask is out. The silence is on plan."];
  }
  return ["none", "", ""];
}

/** Headline and line. A suggestion keeps the headline of the playbook's card and takes the place of its lines. */
function wordsOf({ text, line, objection, card }) {
  return card ? [objection ? text : card.headline, card.lines[0]] : [text, line];
}

/** Draw the slot; `idle` are the words for a slot with nothing in it, `own` says that its buttons are the reader's. */
export function drawCue(state, now, idle, own) {
  const seconds = state ? ring(state, now) : null;
  const cue = state && shown(state, now);
  const silence = seconds !== null && (!cue || cue.kind === "stay_silent");
  const [mood, text, line] = cue ? [tone(cue), ...wordsOf(cue)] : state ? quiet(state, seconds, now) : ["none", "", ""];
  const slot = $("cue");
  slot.dataset.tone = mood;
  slot.toggleAttribute("data-suggested", Boolean(cue?.card));
  say($("cue-text"), text || idle);
  say($("cue-line"), line);
  say($("cue-ask"), cue?.card?.question || cue?.card?.lines[1] || "");
  say($("cue-author"), cue?.card ? `Suggested by ${cue.card.author}` : "");
  $("cue-acts").hidden = !cue;
  for (const button of $("cue-acts").querySelectorAll("[data-own]")) button.hidden = !own;
  if (cue?.kind === "do_not_call") $("cue-mute").hidden = true;
  say($("cue-why"), cue?.why ?? "");
  $("cue-why-open").hidden = !cue?.why;
  if (!cue) openWhy(false);
  $("ring").toggleAttribute("hidden", !silence);
  if (silence) drawRing(seconds);
}

function drawRing(seconds) {
  // With motion reduced the ring moves in steps of five seconds; the figure says the rest.
  const drawn = CALM.matches ? Math.floor(seconds / 5) * 5 : seconds;
  $("ring-fill").style.strokeDasharray = `${Math.min(100, (drawn / 30) * 100).toFixed(1)} 100`;
  say($("ring-seconds"), String(Math.floor(seconds)));
}

export function openWhy(open = $("cue-why").hidden) {
  $("cue-why").hidden = !open;
  $("cue-why-open").setAttribute("aria-expanded", String(open));
}
