/** Captions by track: agreed words solid, the rest grey; they scroll by themselves until the reader scrolls up. */

import { $, el } from "../dom.js";

const NEAR = 48; // pixels from the end that still count as "at the end"

let drawn = new Map();
let names = { rep: "You", prospect: "Prospect" };
let follows = true;

export function layCaptions(prospect) {
  names = { rep: "You", prospect };
  drawn = new Map();
  follows = true;
  $("captions").replaceChildren();
  $("latest").hidden = true;
}

function textOf(words) {
  return words.map(({ text }) => text.trim()).join(" ");
}

function make(turn) {
  const item = el("li", { class: "turn", "data-track": turn.track },
    el("span", { class: "speaker" }, names[turn.track]),
    el("p", {}, el("span", { class: "agreed" }), el("span", { class: "open" })));
  const after = [...drawn.values()].filter(({ start }) => start > turn.start).sort((a, b) => a.start - b.start)[0];
  $("captions").insertBefore(item, after?.item ?? null);
  return { item, start: turn.start, seen: null };
}

function write(kept, turn) {
  const [solid, open] = kept.item.querySelectorAll("p > span");
  const agreed = textOf(turn.words.slice(0, turn.agreed));
  const rest = textOf(turn.words.slice(turn.agreed));
  solid.textContent = agreed;
  open.textContent = agreed && rest ? ` ${rest}` : rest;
  kept.item.hidden = turn.words.length === 0;
  kept.item.toggleAttribute("data-final", turn.final);
  kept.seen = turn;
}

/** Say the speaker once for a run of turns. */
function label() {
  let before = null;
  for (const item of $("captions").children) {
    if (item.hidden) continue;
    item.toggleAttribute("data-same", item.dataset.track === before);
    before = item.dataset.track;
  }
}

export function drawCaptions(state) {
  let changed = false;
  for (const [key, turn] of state.turns) {
    let kept = drawn.get(key);
    if (kept?.seen === turn) continue;
    if (!kept) drawn.set(key, (kept = make(turn)));
    write(kept, turn);
    changed = true;
  }
  if (!changed) return;
  label();
  if (follows) toEnd();
  else $("latest").hidden = false;
}

/** Mark the words that made the cue. */
export function markEvidence(evidence) {
  for (const { item, seen } of drawn.values()) {
    const hit = evidence && seen.track === evidence.track && seen.start < evidence.end && seen.end > evidence.start;
    item.toggleAttribute("data-evidence", Boolean(hit));
  }
}

export function toEnd() {
  follows = true;
  $("latest").hidden = true;
  $("captions").scrollTop = $("captions").scrollHeight;
}

export function watchScroll() {
  const list = $("captions");
  const size = () => `${list.clientWidth} ${list.clientHeight}`;
  let seen = "";
  list.addEventListener("scroll", () => {
    if (size() !== seen) return; // moved by a new layout, not by the reader
    follows = list.scrollHeight - list.scrollTop - list.clientHeight < NEAR;
    if (follows) $("latest").hidden = true;
  });
  // A turned telephone or an opened wrap-up moves the end away.
  new ResizeObserver(() => {
    seen = size();
    if (follows) toEnd();
  }).observe(list);
  $("latest").addEventListener("click", toEnd);
}
