/** How a playbook reads: what the rep prepares, and what stands in the slot on the desk. */

import { el, percent, phrase } from "../dom.js";

const TONES = { stay_silent: "silence", do_not_call: "safety" };

/** Draw it; a text that is wrong leaves the last good one, and says so. */
export function drawPreview(place, preview) {
  place.toggleAttribute("data-old", !preview);
  if (!preview) {
    if (!place.childElementCount) place.append(el("p", { class: "soft" }, "It shows here once it is right."));
    return;
  }
  place.replaceChildren(...[
    el("div", {}, el("p", {}, el("b", {}, preview.title)), soft(preview.trigger), soft(preview.window)),
    group("Reasons", preview.reasons.map(spoken)),
    group("Message", preview.script.map(spoken)),
    group("Next step", [preview.ask, preview.bridge && `Else: ${preview.bridge}`].filter(Boolean).map(spoken)),
    group("Beats", preview.beats.map(beat)),
    group("Cards", preview.cards.map((card) => slot(card, "card", phrase(card.kind)))),
    group("Cues, the most urgent first", preview.cues.map((cue) => slot(cue, TONES[cue.kind] ?? "nudge", `${phrase(cue.kind)} · ${cue.when}`))),
  ].filter(Boolean));
}

const soft = (text) => el("p", { class: "soft small", hidden: !text }, text);
const spoken = (text) => el("p", { class: "said" }, text);

function group(title, parts) {
  return parts.length ? el("section", { class: "group" }, el("h3", {}, title), ...parts) : null;
}

function beat(one) {
  const figures = `${one.budget} s · you ${percent(one.talk)}`;
  const head = el("p", { class: "beat-head" }, el("b", {}, one.title), el("span", { class: "soft figures" }, figures));
  return el("div", { class: "beat" }, head, el("p", { class: "small" }, one.goal), ...one.lines.map(spoken));
}

function slot(one, tone, about) {
  const parts = [el("p", { class: "headline" }, one.text)];
  if (one.line) parts.push(el("p", {}, one.line));
  parts.push(el("p", { class: "soft small" }, about));
  return el("div", { class: "slot", "data-tone": tone }, ...parts);
}
