// The part "Requests": each request to the function beside the calls to Google that it
// caused.
import { byID, clock, duration, el, shorts, statusOf } from './dom.js';
import { detail } from './detail.js';
import { gates, isChecked, methodOf } from './explain.js';
import { isLoad, store } from './store.js';
import { pin, pinnedCall } from './why.js';

const most = 60; // rows

const rows = new Map(); // by number of the request, "call 5" for a call of no request
const open = new Set(); // of the same keys, and of "call 5"

function dots(call) {
  if (!isChecked(call)) return null;
  const signs = { ok: '●', no: '✕', off: '○' };
  const results = gates(call, store.tokens.get(call.token), store.state);
  const refused = results.find((g) => g.result === 'no');
  return el('span', { class: 'dots', role: 'img', 'aria-label': refused ? `refused: ${refused.title}` : 'checks passed', title: 'token, API, scope, quota, sharing' },
    results.map((g) => el('span', { class: g.result }, signs[g.result])));
}

function callButton(call) {
  const key = `call ${call.number}`;
  return [el('button', {
    type: 'button', 'aria-pressed': String(pinnedCall() === call.number), 'data-call': call.number, onclick: () => select(call.number, key),
  },
  el('span', { class: 'what' }, methodOf(call)), statusOf(call.status), dots(call),
  call.call === 'metadata.token' && el('span', { class: 'muted note' }, call.scopes?.length ? `?scopes=${shorts(call.scopes).join(',')}` : ''),
  call.refused && el('span', { class: 'code' }, call.refused),
  call.fault && el('span', { class: 'code' }, call.fault.slice(call.fault.indexOf(':') + 1)),
  el('span', { class: 'time' }, duration(call.seconds))),
  open.has(key) && detail({ call: call.number }, call)];
}

function select(number, key) {
  const again = pinnedCall() === number;
  if (again && open.has(key)) open.delete(key);
  else open.add(key);
  pin(again && !open.has(key) ? null : number);
  redraw(true);
}

function draw(request) {
  const key = request.number;
  const calls = request.calls.map((n) => store.calls.get(n)).filter(Boolean);
  return el('li', { class: 'exchange', 'data-request': key },
    el('div', { class: 'request' }, el('button', {
      type: 'button', 'aria-expanded': String(open.has(key)), onclick: () => { open.has(key) ? open.delete(key) : open.add(key); touch([key]); },
    },
    el('span', { class: 'what' }, `${request.method} ${request.path}${request.query ? `?${request.query}` : ''}`),
    request.done ? statusOf(request.status) : el('span', { class: 'status pending' }, 'in flight'),
    request.problem?.code && el('span', { class: 'code' }, request.problem.code),
    el('span', { class: 'time' }, request.done ? `${duration(request.seconds)} · ` : '', clock(request.time)))),
    el('div', { class: 'calls' }, calls.length ? calls.map(callButton) : el('span', { class: 'muted note' }, request.done ? 'no call of its own: from memory, or by another request’s call' : 'no call yet')),
    open.has(key) && detail({ request: key }, request));
}

function drawLone(call) {
  const known = call.call.startsWith('metadata.') || call.account === store.state?.account;
  return el('li', { class: 'exchange' },
    el('div', { class: 'request' }, el('span', { class: 'muted note' }, known ? 'the function, for itself' : 'another program')),
    el('div', { class: 'calls' }, callButton(call)));
}

/** Draws rows again whose request or calls have changed, and adds new ones on top. */
export function touch(keys) {
  const list = byID('exchanges'), withLoad = byID('show-load').checked;
  for (const key of keys) {
    const request = store.requests.get(key);
    if (!request || (isLoad(request) && !withLoad)) continue;
    put(list, key, draw(request), request.time);
  }
}

function put(list, key, element, time) {
  const old = rows.get(key);
  rows.set(key, element);
  element.time = time;
  if (old?.isConnected) {
    const focused = old.contains(document.activeElement);
    old.replaceWith(element);
    if (focused) element.querySelector('button')?.focus();
    return;
  }
  let before = list.firstElementChild;
  while (before && before.time > time) before = before.nextElementSibling;
  list.insertBefore(element, before);
  while (list.childElementCount > most) list.lastElementChild.remove();
  for (const k of rows.keys()) {
    if (rows.size <= 4 * most) break;
    rows.delete(k);
  }
}

/** Adds calls that are for no request. */
export function touchLone(calls) {
  for (const call of calls) {
    const alone = !call.causes?.length && call.call;
    if (alone) put(byID('exchanges'), `call ${call.number}`, drawLone(call), call.time);
  }
}

/** Draws all rows again. */
export function redraw(keep = false) {
  const focused = document.activeElement?.dataset?.call;
  if (!keep) byID('exchanges').replaceChildren();
  const calls = [...store.calls.values()];
  touchLone(calls.filter((c) => !keep || rows.get(`call ${c.number}`)?.isConnected));
  touch([...store.requests.keys()].filter((n) => !keep || rows.get(n)?.isConnected));
  if (focused) byID('exchanges').querySelector(`[data-call="${focused}"]`)?.focus();
}

export function start() {
  byID('show-load').addEventListener('change', () => redraw());
}
