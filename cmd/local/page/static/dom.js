// Small helpers for elements, texts and times.

/** Returns an element. Attributes that are false or null are left out; those that begin
 * with "on" are listeners. Children are elements or texts. */
export function el(name, attributes = {}, ...children) {
  const e = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === false || value == null) continue;
    if (key.startsWith('on')) e.addEventListener(key.slice(2), value);
    else e.setAttribute(key, value === true ? '' : value);
  }
  e.append(...children.flat(Infinity).filter((c) => c != null && c !== false));
  return e;
}

export const byID = (id) => document.getElementById(id);

/** Sets the text of an element if it differs, so that screen readers read changes only. */
export function setText(e, text) {
  if (e.textContent !== text) e.textContent = text;
}

const prefix = 'https://www.googleapis.com/auth/';

/** The short name of a scope. */
export const short = (scope) => (scope.startsWith(prefix) ? scope.slice(prefix.length) : scope);

export const shorts = (scopes) => (scopes ?? []).map(short);

/** Joins names as in a sentence. */
export function list(names, word = 'and') {
  if (names.length < 2) return names.join('');
  return names.slice(0, -1).join(', ') + ' ' + word + ' ' + names.at(-1);
}

export function duration(seconds) {
  if (seconds < 0.0995) return `${Math.max(1, Math.round(seconds * 1000))} ms`;
  if (seconds < 99.5) return `${seconds.toFixed(1)} s`;
  return `${Math.round(seconds / 60)} min`;
}

export const clock = (ms) => new Date(ms).toLocaleTimeString('en-GB');

/** good, bad or warn, by an HTTP status; 0 is no answer. */
export const quality = (status) => (status === 0 || status >= 500 ? 'bad' : status >= 400 ? 'warn' : 'good');

export const tag = (text, kind = '') => el('span', { class: `tag ${kind}` }, text);

/** A span with a status code. */
export const statusOf = (status, kind = quality(status)) => el('span', { class: `status ${kind}` }, status === 0 ? 'no answer' : String(status));

/** Runs f once before the next frame, however often it is called. */
export function perFrame(f) {
  let waits = false;
  return () => {
    if (waits) return;
    waits = true;
    requestAnimationFrame(() => {
      waits = false;
      f();
    });
  };
}
