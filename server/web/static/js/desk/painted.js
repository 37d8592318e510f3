/** Tells when a cue has been painted: the page's end of its latency trace. */

let told = "";

/**
 * Call `tell(cue)` once, after the paint in which the cue on screen first shows. A page in the background paints
 * nothing: then nobody has seen the cue, and nothing is told. `still` says whether it is on screen yet.
 */
export function whenPainted(id, cue, still, tell) {
  const name = `${id}:${cue.n}`;
  if (cue.seen || told === name) return;
  told = name;
  // The task that a frame's callback queues runs when that frame has been painted.
  requestAnimationFrame(() => setTimeout(() => still(cue) && tell(cue)));
}
