/**
 * What a page knows of a call: a fold over its envelopes (docs/events.md), without the page and without a clock.
 * Folding all of them from the first gives the same as having watched.
 */

export const TYPES = [
  "call_started", "speech_started", "speech_stopped", "partial", "final", "order", "health", "call_ended",
  "talk", "beat", "ask", "cue", "card", "objection", "dnc", "question", "commitment", "verdict", "summary", "synced",
];

export function fresh(id) {
  return {
    id, number: 0, at: 0, turns: new Map(), beats: new Map(), beat: null, cue: null, ask: null,
    speaking: new Set(), muted: new Set(), talk: null, health: { state: "live", delay_s: 0 }, ended: null, summary: null, synced: [],
  };
}

const turnOf = (event) => `${event.track}:${event.turn}`;

const STEPS = {
  speech_started: (state, event) => state.speaking.add(event.track),
  speech_stopped: (state, event) => state.speaking.delete(event.track),
  partial(state, event) {
    const known = state.turns.get(turnOf(event));
    if (!known?.final) state.turns.set(turnOf(event), { ...event, final: false });
  },
  final: (state, event) => state.turns.set(turnOf(event), { ...event, agreed: event.words.length, final: true }),
  talk(state, event) {
    state.talk = event;
    state.speaking = new Set(event.speaking);
  },
  health: (state, event) => { state.health = event; },
  ask: (state, event) => { state.ask = event; },
  beat(state, event) {
    const beat = state.beats.get(event.beat) ?? { visits: [], over: false };
    state.beats.set(event.beat, beat);
    beat.budget = event.budget;
    if (event.phase === "entered") {
      leave(state, event.at);
      beat.visits.push({ since: event.since, until: null });
      state.beat = event.beat;
    } else if (event.phase === "overrun") {
      beat.over = true;
    } else if (event.phase === "left" && state.beat === event.beat) {
      leave(state, event.at);
    }
  },
  cue(state, event) {
    if (event.phase === "raised") state.cue = event;
    else if (state.cue?.kind === event.kind) state.cue = { ...state.cue, phase: event.phase, done: event.at };
  },
  order(state, event) {
    if (event.action === "mute_kind") state.muted.add(event.target);
    if (event.action === "unmute_kind") state.muted.delete(event.target);
    if (event.action === "see_cue" && state.cue?.kind === event.target) state.cue = { ...state.cue, seen: true };
  },
  /** A language model's words belong to the card on screen, and go with it. */
  card(state, event) {
    if (state.cue?.kind === "card" && state.cue.phase === "raised") state.cue = { ...state.cue, card: event };
  },
  call_ended(state, event) {
    leave(state, event.at);
    state.ended = event;
    state.speaking.clear();
  },
  summary: (state, event) => { state.summary = event; },
  synced: (state, event) => state.synced.push(event),
};

function leave(state, at) {
  const last = state.beat && state.beats.get(state.beat).visits.at(-1);
  if (last && last.until === null) last.until = Math.max(at, last.since);
  state.beat = null;
}

/** Take one envelope in; one that came before is passed over (a stream may repeat itself after a break). */
export function fold(state, event) {
  if (event.n <= state.number) return false;
  state.number = event.n;
  state.at = Math.max(state.at, event.at);
  STEPS[event.type]?.(state, event);
  return true;
}

/** Seconds spent in a beat so far. */
export function spent(beat, now) {
  if (!beat) return 0;
  return beat.visits.reduce((sum, visit) => sum + Math.max(0, (visit.until ?? now) - visit.since), 0);
}

/** The cue that is on screen at `now`, or null. */
export function shown(state, now) {
  const cue = state.cue;
  return cue && cue.phase === "raised" && now < cue.at + cue.life && !state.ended ? cue : null;
}

/** Seconds into the silence after the ask (0 to 30), or null when no ring is due. */
export function ring(state, now) {
  if (!state.ask || state.ended || now - state.ask.end > 30) return null;
  const left = state.beats.get("listen")?.visits.at(-1);
  const over = left && left.until !== null && left.until >= state.ask.end;
  return over ? null : Math.max(0, now - state.ask.end);
}
