/** The five beats: what was planned, what was spent, where we are. */

import { $, el, say } from "../dom.js";
import { spent } from "../fold.js";

const OPEN_ENDED = "listen"; // its budget is a least, not a most

let drawn = [];

/** Lay out the plan: [{beat, title, budget}]. */
export function layStrip(plan) {
  drawn = plan.map(({ beat, title, budget }, index) => {
    const parts = {
      name: el("span", { class: "name" }, title),
      mark: el("span", { class: "mark" }),
      bar: el("span"),
      time: el("span", { class: "time" }),
      excess: el("span", { class: "excess" }),
    };
    const item = el("li", { "data-beat": beat },
      el("p", { class: "title" }, el("span", { class: "place", "aria-hidden": "true" }, String(index + 1)), parts.name, parts.mark),
      el("div", { class: "budget", "aria-hidden": "true" }, parts.bar),
      el("p", { class: "figures" }, parts.time, parts.excess));
    item.style.setProperty("--budget", budget);
    return { beat, budget, item, ...parts };
  });
  $("strip").replaceChildren(...drawn.map(({ item }) => item));
}

export function drawStrip(state, now) {
  for (const { beat, budget, item, bar, time, excess, mark } of drawn) {
    const known = state?.beats.get(beat);
    const seconds = spent(known, now);
    const planned = known?.budget ?? budget;
    const current = state?.beat === beat;
    const over = beat !== OPEN_ENDED && seconds > planned;
    item.dataset.state = current ? "now" : known ? "done" : "ahead";
    item.toggleAttribute("data-over", over);
    if (current) item.setAttribute("aria-current", "step");
    else item.removeAttribute("aria-current");
    bar.style.setProperty("--done", planned ? Math.min(1, seconds / planned).toFixed(3) : 0);
    const plan = `${Math.round(planned)} s${beat === OPEN_ENDED ? "+" : ""}`;
    say(time, known ? `${Math.round(seconds)}/${plan}` : plan);
    say(excess, over ? ` +${Math.round(seconds - planned)} over` : "");
    say(mark, current ? "now" : known ? "✓" : "");
  }
}
