/** The rep's desk: follows the live call by server-sent events, and waits for the next one. */

import { $, clock, phrase, say } from "./dom.js";
import { drawCue, openWhy } from "./desk/cue.js";
import { drawCaptions, layCaptions, markEvidence, watchScroll } from "./desk/captions.js";
import { drawGauge } from "./desk/gauge.js";
import { drawHealth } from "./desk/health.js";
import { drawStrip, layStrip } from "./desk/strip.js";
import * as wrapup from "./desk/wrapup.js";
import { TYPES, fold, fresh, shown } from "./fold.js";
import { get, post } from "./http.js";
import { listen } from "./keys.js";
import { bindPref } from "./prefs.js";

const POLL = 2000; // ms between looks for the next call
const LINGER = 60000; // ms for which an ended call is followed, for its summary and its CRM entry
const TICK = 100; // ms between drawings of what moves with time

let call = null; // what the API says of the call we follow
let state = null; // what its events say
let heard = 0; // performance.now() when the newest event came
let link = "open";
let source = null;

/** Media seconds now: those of the newest event, and the time since, while sound is coming. */
function now() {
  if (!state) return 0;
  const running = link === "open" && !state.ended && state.health.state !== "no_audio";
  return state.at + (running ? (performance.now() - heard) / 1000 : 0);
}

const prospect = () => call?.contact?.split(" ")[0] || "Prospect";
const title = () => [call.contact || "Call", call.contact_company].filter(Boolean).join(", ");

function draw() {
  const at = now();
  const idle = !state ? "Ready when you are" : state.ended ? "Call ended" : "On the beat";
  $("desk").dataset.phase = !state ? "idle" : state.ended ? "ended" : "live";
  $("timer").hidden = !state;
  say($("timer"), clock(state?.ended ? state.ended.duration : at));
  drawHealth(state, link);
  drawCue(state, at, idle);
  drawStrip(state, at);
}

function drawWords() {
  drawCaptions(state);
  drawGauge(state.talk, prospect());
  markEvidence(shown(state, now())?.evidence);
}

let due = false;
function soon() {
  if (due) return;
  due = true;
  requestAnimationFrame(() => {
    due = false;
    if (state) drawWords();
    draw();
  });
}

function take(message) {
  const event = JSON.parse(message.data);
  if (event.call !== state.id || !fold(state, event)) return;
  heard = performance.now();
  if (event.type === "call_ended") end(event);
  if (event.type === "summary") wrapup.suggest(state.id, event);
  soon();
}

function end(event) {
  wrapup.open(state.id, title(), event.duration);
  const followed = source;
  setTimeout(() => followed.close(), LINGER);
  setTimeout(look, POLL);
}

/** Follow a call from its first event; the stream resumes by itself after a break (Last-Event-ID). */
function follow(found, beats) {
  source?.close();
  call = found;
  state = fresh(found.id);
  heard = performance.now();
  link = "open";
  say($("contact"), call.contact || "Unknown contact");
  say($("about"), [call.contact_company, phrase(call.playbook), call.direction].filter(Boolean).join(" · "));
  layStrip(beats);
  layCaptions(prospect());
  const stream = new EventSource(`/live/${encodeURIComponent(call.id)}/events`);
  source = stream;
  for (const type of TYPES) stream.addEventListener(type, (message) => stream === source && take(message));
  stream.onopen = () => { link = "open"; soon(); };
  stream.onerror = () => lost(stream);
  soon();
}

function lost(stream) {
  if (stream !== source) return;
  if (state.ended) return stream.close();
  link = "lost";
  draw();
  // A stream that the server refused is closed for good: ask again what goes on.
  if (stream.readyState === EventSource.CLOSED) setTimeout(look, POLL);
}

/** Look for the next live call until there is one. */
async function look() {
  try {
    const found = await get("/api/v1/calls/current");
    const another = found.call && (found.call.id !== state?.id || source?.readyState === EventSource.CLOSED);
    if (found.call && another && !(state?.ended && found.call.id === state.id)) return follow(found.call, found.beats);
    if (link !== "open" && (!state || state.ended)) link = "open";
  } catch (problem) {
    link = problem.status === 401 ? "out" : "lost";
    if (link === "out") location.assign("/login?next=/desk");
  }
  draw();
  setTimeout(look, POLL);
}

async function dismiss() {
  const cue = state && shown(state, now());
  if (!cue) return false;
  state.cue = { ...cue, phase: "dismissed", done: now() };
  draw();
  try {
    await post(`/api/v1/calls/${state.id}/orders`, { action: "dismiss_cue", target: cue.kind });
  } catch {
    /* it is off this screen either way; the call goes on */
  }
}

const help = () => $("help").showModal();
const outcomes = Object.fromEntries([1, 2, 3, 4, 5].map((place) => [String(place), () => wrapup.pickOutcome(place)]));
listen({ ...outcomes, x: () => (state && shown(state, now()) ? void dismiss() : false), "?": help });
$("help-open").addEventListener("click", help);
$("cue-dismiss").addEventListener("click", dismiss);
$("cue-why-open").addEventListener("click", () => openWhy());
bindPref($("pref-keys"), "keys");
bindPref($("pref-speak-cues"), "speakCues", (on) => $("cue-live").setAttribute("aria-live", on ? "polite" : "off"));
bindPref($("pref-speak-captions"), "speakCaptions", (on) => $("captions").setAttribute("aria-live", on ? "polite" : "off"));

watchScroll();
wrapup.start((words) => say($("said"), words));
layStrip(JSON.parse($("desk").dataset.plan ?? "[]"));
drawGauge(null, prospect());
draw();
setInterval(draw, TICK);
look();
