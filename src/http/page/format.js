// Numbers and times as people read them. What is unknown is a dash.

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const decimal = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
const NONE = "–";

export const number = (value) => (value === null || value === undefined ? NONE : whole.format(value));

export const fine = (value) => (value === null || value === undefined ? NONE : decimal.format(value));

export function rate(value) {
  if (value === null || value === undefined) return NONE;
  return value < 100 ? decimal.format(value) : whole.format(value);
}

export function span(ms) {
  if (ms === null || ms === undefined || Number.isNaN(ms)) return NONE;
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 120) return `${decimal.format(seconds)} s`;
  if (seconds < 7200) return `${whole.format(seconds / 60)} min`;
  if (seconds < 172800) return `${decimal.format(seconds / 3600)} h`;
  return `${whole.format(seconds / 86400)} d`;
}

// `time` and `now` as /status has them.
export const ago = (time, now) => (time ? `${span(Date.parse(now) - Date.parse(time))} ago` : "never");

export const percent = (part, all) => (all > 0 ? `${decimal.format((100 * part) / all)} %` : NONE);

// The end of a long name.
export const shorten = (text, most) => (text.length <= most ? text : `…${text.slice(1 - most)}`);
