// Three short sounds, never alone: what they say stands on the page too. Made here, no file.

const NOTES = {
  known: [[880, 0], [1320, 0.08]],
  unknown: [[660, 0], [660, 0.16]],
  refused: [[220, 0], [165, 0.18]],
};
const GAINS = {normal: 0.2, low: 0.05};
const LENGTH_S = 0.12;
export const VOLUMES = ["normal", "low", "off"];
let context = null;

/** Give how loud this screen is. */
export const volume = () => (VOLUMES.includes(localStorage.getItem("volume")) ? localStorage.getItem("volume") : VOLUMES[0]);

/** Make this screen louder or quieter, one step on; gives how loud it is now. */
export function turn() {
  const next = VOLUMES[(VOLUMES.indexOf(volume()) + 1) % VOLUMES.length];
  localStorage.setItem("volume", next);
  return next;
}

/** Play what was recognised, unknown or refused. Browsers are silent until the page was touched. */
export function play(kind) {
  const gain = GAINS[volume()];
  if (!gain || !window.AudioContext) return;
  context = context || new AudioContext();
  if (context.state === "suspended") context.resume();
  for (const [pitch, after] of NOTES[kind]) note(pitch, context.currentTime + after, gain);
}

function note(pitch, at, loud) {
  const tone = context.createOscillator();
  const gain = context.createGain();
  tone.frequency.value = pitch;
  gain.gain.setValueAtTime(loud, at);
  gain.gain.exponentialRampToValueAtTime(0.001, at + LENGTH_S);
  tone.connect(gain).connect(context.destination);
  tone.start(at);
  tone.stop(at + LENGTH_S);
}
