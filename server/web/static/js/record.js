/** The record: sound, drawing and transcript move together. */

import { $, clock, say } from "./dom.js";
import { put, remove } from "./http.js";
import { listen } from "./keys.js";
import { bindPref } from "./prefs.js";

const STEP = 10; // seconds for ← and →

const audio = $("audio");
const drawing = $("lanes");
const whole = Number(drawing.dataset.whole);
const lines = [...document.querySelectorAll("#transcript > li")].map((item) => ({
  item, start: Number(item.dataset.start), end: Number(item.dataset.end),
}));
let at = 0;

/** Show a place in the call: the playhead, the clock, the line that is being said. */
function show(seconds, scroll = true) {
  at = Math.min(Math.max(seconds, 0), whole);
  const x = `${whole ? ((100 * at) / whole).toFixed(3) : 0}%`;
  $("playhead").setAttribute("x1", x);
  $("playhead").setAttribute("x2", x);
  if ($("place")) say($("place"), clock(at));
  const current = lines.findLast(({ start }) => start <= at + 0.05);
  for (const line of lines) {
    const on = line === current && at > 0;
    if (on && scroll && !line.item.hasAttribute("aria-current")) bring(line.item);
    if (on) line.item.setAttribute("aria-current", "true");
    else line.item.removeAttribute("aria-current");
  }
}

/** Scroll the transcript, and only it, to a line. */
function bring(item) {
  const list = $("transcript");
  const top = item.offsetTop - list.offsetTop;
  if (top < list.scrollTop || top + item.offsetHeight > list.scrollTop + list.clientHeight) list.scrollTop = top - list.clientHeight / 3;
}

function seek(seconds, play = false) {
  show(seconds);
  if (!audio) return;
  audio.currentTime = at;
  if (play) audio.play().catch(() => {});
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-seek]");
  const line = event.target.closest("#transcript > li");
  if (button) seek(Number(button.dataset.seek), true);
  else if (line && getSelection().isCollapsed) seek(Number(line.dataset.start), true);
});

/** Go where an address of this page points: to a cue, and the moment it came. */
function follow() {
  const cue = /^#cue-\d+$/.test(location.hash) && document.querySelector(location.hash);
  if (cue) seek(Number(cue.dataset.at));
}
addEventListener("hashchange", follow);
if (audio && audio.readyState < 1) audio.addEventListener("loadedmetadata", follow, { once: true });
follow();

/** Mark a cue wrong, or take one's own mark back. */
async function mark(button) {
  const said = button.parentElement.querySelector(".marked");
  const on = button.getAttribute("aria-pressed") !== "true";
  button.disabled = true;
  try {
    const { wrong_by } = await (on ? put : remove)(button.dataset.mark);
    button.setAttribute("aria-pressed", String(wrong_by.includes(button.dataset.me)));
    say(said, wrong_by.length ? `Marked wrong by ${wrong_by.join(", ")}` : "");
  } catch (problem) {
    say(said, problem instanceof TypeError ? "No connection. Try again in a moment." : problem.message);
  }
  button.disabled = false;
  button.focus();
}

for (const button of document.querySelectorAll("[data-mark]")) button.addEventListener("click", () => mark(button));

drawing.addEventListener("click", (event) => {
  const box = drawing.getBoundingClientRect();
  seek(((event.clientX - box.left) / box.width) * whole);
});

function toggle() {
  if (audio.paused) audio.play().catch(() => {});
  else audio.pause();
}

if (audio) {
  audio.controls = false;
  $("controls").hidden = false;
  $("play").addEventListener("click", toggle);
  $("back").addEventListener("click", () => seek(audio.currentTime - STEP));
  $("on").addEventListener("click", () => seek(audio.currentTime + STEP));
  $("speed").addEventListener("change", () => { audio.playbackRate = Number($("speed").value); });
  audio.addEventListener("timeupdate", () => show(audio.currentTime));
  for (const happening of ["play", "pause", "ended"]) {
    audio.addEventListener(happening, () => say($("play"), audio.paused ? "Play" : "Pause"));
  }
  audio.addEventListener("error", () => {
    $("no-sound").hidden = false;
    say($("no-sound"), "The recording cannot be played. The transcript still shows what was said.");
  });
  bindPref($("pref-keys"), "keys");
  listen({ " ": toggle, ArrowLeft: () => seek(audio.currentTime - STEP), ArrowRight: () => seek(audio.currentTime + STEP) });
}
