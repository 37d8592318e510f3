/** The editor of a playbook: checked while it is written, compared before it is saved. */

import { $, say } from "./dom.js";
import { post, put } from "./http.js";
import { drawDiff } from "./playbook/diff.js";
import { drawPreview } from "./playbook/preview.js";
import { Source } from "./playbook/source.js";

const PAUSE = 350; // ms without a key before a text is checked

const home = $("playbook");
const address = `/api/v1/playbooks/${encodeURIComponent(home.dataset.name)}`;
const source = new Source($("text"), $("gutter"));
const loaded = source.text;
let found = JSON.parse(home.dataset.found);
let foundFor = loaded; // the text that `found` is about
let timer = 0;
let round = 0;
let saved = false;

const grave = () => found.faults.filter((fault) => fault.grave);
const current = () => foundFor === source.text;

function verdict() {
  const [wrong, advice] = [grave().length, found.faults.length - grave().length];
  const count = (number, word) => `${number} ${word}${number === 1 ? "" : "s"}`;
  if (wrong) return ["grave", `✕ ${count(wrong, "problem")}: it cannot be saved`];
  const more = advice ? `, ${count(advice, "hint")}` : "";
  return ["good", found.version === found.runs ? `✓ This is what runs${more}` : `✓ Ready to be saved${more}`];
}

function draw() {
  const [mood, words] = verdict();
  $("verdict").dataset.mood = mood;
  say($("verdict"), words);
  $("faults").replaceChildren(...found.faults.map(row));
  source.mark(found.faults);
  drawPreview($("preview"), found.preview);
  const nothing = found.version === found.runs || grave().length > 0;
  $("review-open").disabled = nothing || !current();
}

function row(fault) {
  const item = document.createElement("li");
  const button = document.createElement("button");
  button.type = "button";
  button.toggleAttribute("data-grave", fault.grave);
  const where = document.createElement("b");
  where.textContent = `Line ${fault.line}${fault.field ? `, ${fault.field}` : ""}`;
  button.append(where, `: ${fault.reason}${fault.grave ? "" : " (a hint)"}`);
  button.addEventListener("click", () => source.go(fault.line));
  item.append(button);
  return item;
}

async function check() {
  const [mine, text] = [++round, source.text];
  try {
    const answer = await post(`${address}/check`, { text });
    if (mine !== round) return; // a later text is on its way
    [found, foundFor] = [answer, text];
    draw();
  } catch (refusal) {
    if (mine !== round) return;
    $("verdict").dataset.mood = "grave";
    say($("verdict"), `Not checked: ${refusal.message}`);
  }
}

function written() {
  $("review-open").disabled = true;
  clearTimeout(timer);
  timer = setTimeout(check, PAUSE);
}

function review() {
  if ($("review-open").disabled || $("review").open) return;
  drawDiff($("diff"), found.diff);
  $("save-message").hidden = true;
  $("review").showModal();
  $("note").focus();
}

async function save(event) {
  event.preventDefault();
  $("save").disabled = true;
  try {
    await put(address, { text: foundFor, replaces: home.dataset.runs, note: $("note").value });
    saved = true;
    location.assign(location.pathname.endsWith("/new") ? `/admin/playbooks/${home.dataset.name}` : location.pathname);
  } catch (refusal) {
    say($("save-message"), refusal.message);
    $("save-message").hidden = false;
    $("save").disabled = false;
  }
}

/** Put the caret on the next line that has a problem, from the top again after the last. */
function nextProblem() {
  const lines = found.faults.map((fault) => fault.line);
  const next = lines.find((line) => line > source.line) ?? lines[0];
  if (next) source.go(next);
}

$("text").addEventListener("input", written);
$("review-open").addEventListener("click", review);
$("review-close").addEventListener("click", () => $("review").close());
$("save-form").addEventListener("submit", save);
addEventListener("keydown", (event) => {
  if (event.key === "F8") nextProblem();
  else if (event.key === "s" && (event.ctrlKey || event.metaKey)) review();
  else return;
  event.preventDefault();
});
addEventListener("beforeunload", (event) => {
  if (!saved && source.text !== loaded) event.preventDefault();
});

draw();
