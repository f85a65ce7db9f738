// The page's API; README.md describes it.
import { byID } from './dom.js';

const base = '/_page/api/';

let hide;

/** Shows an error for some seconds. */
export function alert(text) {
  byID('alert').textContent = text;
  clearTimeout(hide);
  hide = setTimeout(() => { byID('alert').textContent = ''; }, 8000);
}

export async function get(path, parameters = {}, signal = undefined) {
  const response = await fetch(`${base}${path}?${new URLSearchParams(parameters)}`, { signal });
  if (!response.ok) throw new Error(await response.text());
  return response.json();
}

/** Sends a change. It returns false, and shows why, if it was refused. */
export async function post(path, body = {}) {
  try {
    const response = await fetch(base + path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(await response.text());
    return true;
  } catch (error) {
    alert(error.message);
    return false;
  }
}

/** Calls handlers by the names of events, and lost when there is no connection, with whether it was refused. */
export function listen(handlers, lost) {
  const source = new EventSource(`${base}events`);
  for (const [name, handle] of Object.entries(handlers)) {
    source.addEventListener(name, (event) => handle(JSON.parse(event.data)));
  }
  source.addEventListener('error', () => lost(source.readyState === EventSource.CLOSED));
}
