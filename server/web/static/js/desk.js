/** The rep's desk: follows the live call by server-sent events, and waits for the next one. */

import { $, clock, phrase, say } from "./dom.js";
import { drawCue, openWhy } from "./desk/cue.js";
import { drawCaptions, layCaptions, markEvidence, watchScroll } from "./desk/captions.js";
import { drawGauge } from "./desk/gauge.js";
import { drawHealth } from "./desk/health.js";
import { drawMuted, keepMuted, startMuted } from "./desk/muted.js";
import { whenPainted } from "./desk/painted.js";
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
let own = false; // this page is its rep's desk; a manager who looks on touches nothing
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
  drawCue(state, at, idle, own);
  drawMuted(own && state && !state.ended ? state.muted : []);
  drawStrip(state, at);
  const cue = own && state && shown(state, at);
  if (cue) whenPainted(state.id, cue, onScreen, (seen) => order("see_cue", seen).catch(() => {}));
}

const onScreen = (cue) => shown(state, now())?.n === cue.n;
const order = (action, cue) => post(`/api/v1/calls/${state.id}/orders`, { action, target: cue.kind });

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
function follow({ call: found, beats, own: mine }) {
  source?.close();
  call = found;
  own = mine;
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
    if (found.call && another && !(state?.ended && found.call.id === state.id)) return follow(found);
    if (link !== "open" && (!state || state.ended)) link = "open";
  } catch (problem) {
    link = problem.status === 401 ? "out" : "lost";
    if (link === "out") location.assign("/login?next=/desk");
  }
  draw();
  setTimeout(look, POLL);
}

/** Take the cue off the screen at once, and tell the call why; gives the cue, and whether the call took it. */
async function takeOff(action, phase) {
  const cue = onDesk();
  if (!cue) return { cue: null, taken: false };
  state.cue = { ...cue, phase, done: now() };
  draw();
  try {
    await order(action, cue);
    return { cue, taken: true };
  } catch {
    return { cue, taken: false }; // it is off this screen either way; the call goes on
  }
}

const onDesk = () => (own && state ? shown(state, now()) : null);
const dismiss = () => takeOff("dismiss_cue", "dismissed");

async function markWrong() {
  const { cue, taken } = await takeOff("mark_wrong", "wrong");
  if (!cue) return;
  const words = taken ? "marked wrong." : "could not be marked wrong: no connection. Its record has a button for it.";
  say($("said"), `“${cue.text}” ${words}`);
}

/** No more of this kind: in this call by an order, in later calls by a note about the rep. */
async function mute() {
  if (onDesk()?.kind === "do_not_call") return;
  const { cue, taken } = await takeOff("mute_kind", "dismissed");
  if (!cue) return;
  try {
    await keepMuted(cue.kind);
  } catch {
    return say($("said"), `${phrase(cue.kind)} is muted ${taken ? "in this call only" : "nowhere"}: no connection.`);
  }
  say($("said"), `${phrase(cue.kind)} is muted. The list of muted cues brings it back.`);
}

/** A key that acts on the cue on screen; without one the key is left alone. */
const onCue = (act) => () => (onDesk() ? void act() : false);

const help = () => $("help").showModal();
const outcomes = Object.fromEntries([1, 2, 3, 4, 5].map((place) => [String(place), () => wrapup.pickOutcome(place)]));
listen({ ...outcomes, x: onCue(dismiss), w: onCue(markWrong), m: onCue(mute), "?": help });
$("help-open").addEventListener("click", help);
$("cue-dismiss").addEventListener("click", dismiss);
$("cue-wrong").addEventListener("click", markWrong);
$("cue-mute").addEventListener("click", mute);
$("cue-why-open").addEventListener("click", () => openWhy());
bindPref($("pref-keys"), "keys");
bindPref($("pref-speak-cues"), "speakCues", (on) => $("cue-live").setAttribute("aria-live", on ? "polite" : "off"));
bindPref($("pref-speak-captions"), "speakCaptions", (on) => $("captions").setAttribute("aria-live", on ? "polite" : "off"));

watchScroll();
wrapup.start((words) => say($("said"), words));
startMuted((words) => say($("said"), words), (action, kind) => own && state && !state.ended && order(action, { kind }));
layStrip(JSON.parse($("desk").dataset.plan ?? "[]"));
drawGauge(null, prospect());
draw();
setInterval(draw, TICK);
look();
