// The decision of one call: the newest one, or the one that was selected.
import { byID, el, setText, statusOf, tag } from './dom.js';
import { gates, isChecked, methodOf, reasons } from './explain.js';
import { isLoad, requestOf, store } from './store.js';

let pinned = null; // number of a call
let shown = '';

export const pinnedCall = () => pinned;

/** Shows a call until another is selected, or none is. */
export function pin(number) {
  pinned = number;
  render();
}

/** The newest call that says something: the last that was refused of the newest request;
 * a call of the load if there is no other. */
function latest() {
  let found = null, ofLoad = null;
  for (const call of store.calls.values()) {
    const request = requestOf(call);
    const noToken = call.call === 'metadata.token' && call.status !== 200;
    if (!isChecked(call) && !noToken) continue;
    const same = found && request && requestOf(found) === request;
    if (request && isLoad(request)) ofLoad = call;
    else if (!(same && (found.refused || found.fault) && !call.refused)) found = call;
  }
  return found ?? ofLoad;
}

export function render() {
  const call = store.calls.get(pinned) ?? latest();
  byID('unpin').hidden = pinned == null;
  if (!call) return;
  const request = requestOf(call), token = store.tokens.get(call.token);
  const key = JSON.stringify([call, request?.status, request?.done, request?.problem, token?.requested, store.state?.platform]);
  if (key === shown) return;
  shown = key;
  const good = call.status > 0 && call.status < 400;
  setText(byID('why-title'), good ? 'Why Google served this call' : call.status === 0 ? 'Why this call has no answer' : call.call === 'metadata.token' ? 'Why there is no token' : 'Why Google refused this call');
  byID('why-body').replaceChildren(subject(call, request), checks(call, token), because(call, request, token, good));
}

function subject(call, request) {
  return el('p', { class: 'subject' },
    el('span', { class: 'mono' }, methodOf(call)), statusOf(call.status),
    request && el('span', { class: 'muted' }, 'for the request ', el('span', { class: 'mono' }, `${request.method} ${request.path}`)));
}

const marks = { ok: ['✓', 'passed'], no: ['✕', 'refused'], off: ['–', 'not reached'] };

function checks(call, token) {
  if (!isChecked(call)) return '';
  return el('ol', { class: 'gates', 'aria-label': 'The checks of Google, in order' }, gates(call, token, store.state).map((gate) => {
    const [mark, said] = marks[gate.result];
    return el('li', { class: `gate ${gate.result}`, 'data-gate': gate.name },
      el('h3', {}, el('span', { class: 'mark', 'aria-hidden': 'true' }, mark), gate.title, el('span', { class: 'muted note' }, said)),
      gate.has && el('p', {}, 'token has ', gate.has.length ? gate.has.map((s) => tag(s, s === gate.match ? 'good' : gate.match ? '' : 'bad')) : 'none'),
      gate.accepted && el('p', {}, 'accepted: ', gate.accepted.map((s) => tag(s, s === gate.match ? 'good' : ''))),
      !gate.has && el('p', {}, gate.text));
  }));
}

/** A text with what is between backticks as code. */
const withCode = (text) => text.split('`').map((part, i) => (i % 2 ? el('code', {}, part) : part));

function because(call, request, token, good) {
  const parts = [el('div', { class: good ? '' : 'bad' },
    el('h3', {}, good ? 'Because' : 'The cause'), reasons(call, token, store.state).map((text) => el('p', {}, withCode(text))))];
  if (request?.done && request.problem?.code) {
    parts.push(el('div', {}, el('h3', {}, 'What the caller of the function gets'), problem(request)));
  } else if (request && !request.done) {
    parts.push(el('div', {}, el('h3', {}, 'What the caller of the function gets'), el('p', { class: 'pending' }, 'no answer yet: the function tries again')));
  } else if (request?.done) {
    parts.push(el('div', {}, el('h3', {}, 'What the caller of the function gets'), el('p', {}, statusOf(request.status), good ? '' : ' – the function handled it')));
  }
  return el('div', { class: 'because' }, parts);
}

/** The problem of a request, with its hint. */
export function problem(request) {
  const p = request.problem ?? request;
  return el('div', { class: 'problem' },
    el('p', {}, statusOf(request.status), ' ', el('span', { class: 'mono' }, p.code ?? '')),
    p.detail && el('p', {}, p.detail),
    p.hint && el('p', { class: 'hint' }, p.hint));
}

export function start() {
  byID('unpin').addEventListener('click', () => pin(null));
}

