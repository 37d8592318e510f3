/** The comparison with the version that runs, line by line. */

import { el } from "../dom.js";

const SIGNS = { gone: "−", new: "+", same: " ", gap: "…" };
const SPOKEN = { gone: "removed", new: "added" };

export function drawDiff(place, lines) {
  if (!lines.length) {
    place.replaceChildren(el("p", {}, "Nothing changes in the text itself."));
    return;
  }
  place.replaceChildren(el("table", {}, el("tbody", {}, ...lines.map(row))));
}

function row(line) {
  const sign = el("td", {}, SIGNS[line.kind]);
  if (SPOKEN[line.kind]) sign.append(el("span", { class: "unseen" }, SPOKEN[line.kind]));
  const number = (value) => el("td", {}, value == null ? "" : String(value));
  return el("tr", { "data-kind": line.kind }, number(line.old), number(line.new), sign, el("td", {}, line.text));
}
