/** The wrap-up: slides open when a call has ended, filled in from its summary, kept until it is saved. */

import { $, clock, el, say } from "../dom.js";
import { post } from "../http.js";

const KEPT = "beatline.wrapups";

/** Calls that wait for their wrap-up, oldest first: {id, title, duration, summary, values, touched, saved}. */
let waiting = [];
let speak = () => {};

function load() {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT)) ?? [];
  } catch {
    return [];
  }
}

function keep() {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(waiting.filter(({ saved }) => !saved)));
  } catch {
    /* no storage: the form itself still holds it */
  }
}

function valuesOf(summary) {
  const next = summary?.next_step ?? {};
  return {
    outcome: summary?.outcome ?? "", sentiment: summary?.sentiment ?? "neutral", kind: next.kind ?? "none",
    date: next.date ?? "", time: next.time ?? "", with: next.with ?? "", note: "",
  };
}

const form = () => $("wrapup-form");

function fill(call) {
  for (const [name, value] of Object.entries(call.values)) {
    const field = form().elements[name];
    if (field) field.value = value;
  }
}

function draw() {
  const call = waiting[0];
  $("desk").toggleAttribute("data-wrapup", Boolean(call));
  $("wrapup").hidden = !call;
  if (!call) return;
  say($("wrapup-call"), `${call.title} · ${clock(call.duration)}`);
  $("wrapup-record").href = `/calls/${call.id}`;
  $("wrapup-save").disabled = false;
  say($("wrapup-save"), "Save");
  tell("");
  fill(call);
  drawProof(call.summary);
}

function drawProof(summary) {
  const proof = summary?.next_step?.evidence;
  $("wrapup-proof").hidden = !proof;
  say($("wrapup-proof"), proof ? `Heard at ${clock(proof.start)}: “${proof.text}”` : "");
  const sentences = summary?.sentences ?? [];
  $("wrapup-summary").hidden = sentences.length === 0;
  $("wrapup-summary").querySelector("ul").replaceChildren(...sentences.map(({ text }) => el("li", {}, text)));
}

function tell(message, tone = "bad") {
  $("wrapup-message").hidden = !message;
  $("wrapup-message").dataset.tone = tone;
  say($("wrapup-message"), message);
}

/** A call has ended: open its wrap-up (after those still open). */
export function open(id, title, duration) {
  if (waiting.some((call) => call.id === id)) return;
  waiting.push({ id, title, duration, summary: null, values: valuesOf(null), touched: [] });
  keep();
  if (waiting.length === 1) {
    draw();
    speak("Call ended. The wrap-up is open.");
  }
}

/** The summary came, or a better one: fill in what the rep has not touched. */
export function suggest(id, summary) {
  const call = waiting.find((one) => one.id === id);
  if (!call) return;
  call.summary = summary;
  const fresh = valuesOf(summary);
  for (const name of Object.keys(fresh)) if (!call.touched.includes(name)) call.values[name] = fresh[name];
  keep();
  if (call === waiting[0]) {
    fill(call);
    drawProof(summary);
  }
}

function note(event) {
  const call = waiting[0];
  const { name } = event.target;
  if (!call || !name) return;
  call.values[name] = form().elements[name].value;
  if (!call.touched.includes(name)) call.touched.push(name);
  keep();
}

async function save(event) {
  event.preventDefault();
  const call = waiting[0];
  if (!call) return;
  const { outcome, sentiment, kind, date, time, with: who, note: text } = call.values;
  if (!outcome) return tell("Pick what happened first.");
  const next_step = { kind, date: date || null, time: time || null, with: who || null };
  $("wrapup-save").disabled = true;
  try {
    await post(`/api/v1/calls/${call.id}/wrapup`, { outcome, sentiment, next_step, note: text });
    speak("Wrap-up saved.");
    call.saved = true;
    waiting.shift();
    keep();
    draw();
    document.dispatchEvent(new CustomEvent("wrapup-saved", { detail: call }));
  } catch (problem) {
    $("wrapup-save").disabled = false;
    tell(problem instanceof TypeError ? "No connection. What you wrote is kept; save again in a moment." : problem.message);
  }
}

/** Choose the outcome by its place (1 to 5); says whether there was something to choose. */
export function pickOutcome(place) {
  const pick = $("wrapup").hidden ? null : form().elements.outcome[place - 1];
  if (!pick) return false;
  pick.checked = true;
  note({ target: pick });
  return true;
}

export function start(announce) {
  speak = announce;
  waiting = load();
  form().addEventListener("input", note);
  form().addEventListener("submit", save);
  draw();
}
