// The part "Break it": failures, each with what the caller gets, and the load.
import { post } from './api.js';
import { byID, duration, el, setText, statusOf } from './dom.js';
import { store } from './store.js';

const cards = new Map(); // id → {key, element}

function result(f) {
  const t = f.try;
  if (!t) return null;
  if (t.pending) return el('p', { class: 'pending muted', 'data-result': f.id }, `${t.request}: in flight`);
  return el('div', { class: `problem${t.status > 0 && t.status < 400 ? ' fine' : ''}`, 'data-result': f.id },
    el('p', {}, el('span', { class: 'mono' }, t.request), ' ', statusOf(t.status), ' ', el('strong', { class: 'mono' }, t.code ?? ''), el('span', { class: 'muted' }, ` ${duration(t.seconds)}`)),
    t.detail && el('p', {}, t.detail),
    t.hint && el('p', { class: 'hint' }, t.hint),
    t.response && el('p', { class: 'hint' }, t.response));
}

/** What came of a failure that is fixed; folded, unless it went well. */
function earlier(f) {
  const t = f.try;
  if (t.pending || (t.status > 0 && t.status < 400)) return result(f);
  return el('details', { class: 'muted note' }, el('summary', {}, `Fixed. The answer was ${t.status} ${t.code ?? ''}`), result(f));
}

function card(f) {
  return el('li', { class: `card${f.broken ? ' broken' : ''}`, 'data-failure': f.id },
    el('header', {}, el('h3', {}, f.title),
      f.broken
        ? el('button', { type: 'button', class: 'primary', 'aria-label': `Fix it: ${f.title}`, onclick: () => post('fix') }, 'Fix it')
        : el('button', { type: 'button', 'aria-label': `Break: ${f.title}`, onclick: () => post('break', { failure: f.id }) }, 'Break')),
    el('p', {}, f.text),
    f.broken && result(f),
    f.broken && f.try && !f.try.pending && el('a', { href: '#why', class: 'note' }, 'Why? The decision of the call, explained'),
    !f.broken && f.try && earlier(f),
    f.broken && el('button', { type: 'button', class: 'quiet', 'aria-label': `Try again: ${f.title}`, onclick: () => post('try', { failure: f.id }) }, 'Try again'));
}

function drawFailures(failures) {
  const list = byID('failures');
  for (const f of failures) {
    const key = JSON.stringify(f), old = cards.get(f.id);
    if (old?.key === key) continue;
    const element = card(f), focused = old?.element.contains(document.activeElement);
    if (old) old.element.replaceWith(element);
    else list.append(element);
    cards.set(f.id, { key, element });
    if (focused) element.querySelector('button').focus();
  }
}

const rates = [0, 10, 50, 200];
const counters = [
  ['sent', 'rows sent'], ['acknowledged', 'acknowledged'], ['stored', 'stored'], ['doubled', 'doubled'], ['missing', 'missing'], ['repeated', 'requests repeated'],
];

function startLoad() {
  byID('load').append(
    el('fieldset', { class: 'choice' }, el('legend', {}, 'Load: rows a second'),
      el('div', { class: 'segments' }, rates.map((rate) => el('label', {},
        el('input', { type: 'radio', name: 'rate', value: rate, checked: rate === 0, onchange: () => post('load', { rows_per_second: rate }) }),
        el('span', {}, rate === 0 ? 'none' : String(rate)))))),
    el('div', { class: 'counters' }, counters.map(([name, title]) => el('div', { 'data-counter': name }, el('b', {}, '0'), el('span', {}, title)))),
    el('p', { class: 'muted note' }, 'Clients that repeat what fails, with the same Idempotency-Key. Break anything meanwhile: a row that is acknowledged is stored once. Doubled and missing stay 0.'));
}

function drawLoad(load) {
  for (const [name] of counters) {
    const e = byID('load').querySelector(`[data-counter=${name}]`);
    setText(e.firstChild, load[name].toLocaleString('en'));
    if (name === 'doubled' || name === 'missing') e.className = load[name] ? 'bad' : load.acknowledged ? 'good' : '';
  }
  const chosen = byID('load').querySelector(`input[value="${load.rate}"]`);
  if (chosen && !chosen.checked) chosen.checked = true;
}

export function render() {
  const { state } = store;
  if (!state?.failures) return;
  drawFailures(state.failures);
  drawLoad(state.load);
  const broken = state.failures.filter((f) => f.broken).map((f) => f.title);
  const wrongPlatform = state.platform === 'gce' || state.platform === 'gke-direct';
  if (wrongPlatform) broken.push(state.platform);
  if (!broken.length && state.faults?.length) broken.push(state.faults[0]); // of -fault
  const health = byID('health'), fixed = state.fixed;
  health.className = broken.length ? 'bad' : 'good';
  setText(health, broken.length ? `Broken: ${broken.join(', ')}` : fixed?.pending ? 'Fixing …' : 'Everything works');
  byID('fix').hidden = broken.length === 0;
}

export function start() {
  startLoad();
  byID('fix').addEventListener('click', () => post('fix'));
}
