/** The talk gauge: two shares, each with its name, and four plain figures. */

import { $, percent, say } from "../dom.js";

export function drawGauge(talk, prospect) {
  const heard = talk && talk.rep_s + talk.prospect_s > 0;
  $("talk-bar").style.setProperty("--share", heard ? talk.talk_share : 0.5);
  $("talk-bar").parentElement.toggleAttribute("data-empty", !heard);
  $("air-bar").style.setProperty("--share", talk ? talk.air_share : 0);
  say($("talk-rep"), heard ? percent(talk.talk_share) : "–");
  say($("talk-other"), heard ? percent(1 - talk.talk_share) : "–");
  say($("talk-other-name"), prospect);
  say($("air-rep"), talk ? percent(talk.air_share) : "–");
  say($("fact-monologue"), talk ? `${Math.round(talk.monologue_s)} s` : "–");
  say($("fact-interruptions"), talk ? String(talk.interruptions) : "–");
  say($("fact-pace"), talk?.pace_wpm ? `${Math.round(talk.pace_wpm)} words/min` : "–");
  say($("fact-patience"), talk?.patience_s ? `${talk.patience_s.toFixed(1)} s` : "–");
}
