/** How well we hear, in a word and a shape (never in colour alone). */

import { $, say } from "../dom.js";

const WORDS = { live: "LIVE", no_audio: "NO AUDIO", captions_later: "Captions after the call", reconnecting: "Reconnecting…", ended: "Call ended", idle: "Waiting", out: "Signed out" };

/** `link` is "open", "lost" or "out": how the page itself is connected. */
export function drawHealth(state, link) {
  const badge = $("health");
  let name = "idle";
  if (link === "out") name = "out";
  else if (state?.ended) name = "ended";
  else if (link === "lost") name = "reconnecting";
  else if (state) name = state.health.state;
  badge.dataset.state = name;
  say($("health-word"), name === "captions_delayed" ? delayed(state.health) : WORDS[name]);
}

/** Which captions still come, by the step of the overload ladder (docs/hearing.md), and how late the newest were. */
function delayed({ level = 0, delay_s }) {
  const word = level >= 3 ? "Captions after each turn" : level ? "Captions slower" : "Captions delayed";
  const late = Math.round(delay_s);
  return late ? `${word}, ${late} s late` : word;
}
