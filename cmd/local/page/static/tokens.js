// The part "Tokens": the scopes that were requested and granted, and the platform.
import { post } from './api.js';
import { byID, duration, el, setText, shorts, tag } from './dom.js';
import { isChecked, methodOf } from './explain.js';
import { store } from './store.js';

const platforms = [
  ['cloudrun', 'Cloud Run', 'Cloud Run grants exactly the scopes that a program requests, and cloud-platform if it requests none.'],
  ['gke', 'GKE', 'GKE with Workload Identity and a Google service account grants the scopes that a program requests.'],
  ['gce', 'Virtual machine', 'A virtual machine ignores what a program requests, without an error: each token has the scopes of the machine. By default Sheets and Drive are not among them.'],
  ['gke-direct', 'GKE, direct', 'Workload Identity without a Google service account: tokens are federated ones, which Sheets and Drive do not accept.'],
];

let platformKey = '', tokenKey = '';

function age(token) {
  const now = Date.now();
  if (token.expiry <= now) return 'expired';
  return `${duration((now - token.issued) / 1000)} old, ${Math.round((token.expiry - now) / 60000)} min left`;
}

/** How many calls were made with a token, and which of them are in the list of requests. */
function used(token) {
  const methods = new Set();
  for (const call of store.calls.values()) if (call.token === token.number && isChecked(call)) methods.add(methodOf(call));
  const count = token.calls === 1 ? '1 call' : `${token.calls} calls`;
  return methods.size ? `${count}: ${[...methods].join(', ')}` : count;
}

function card(token) {
  const asked = shorts(token.requested), got = shorts(token.scopes), spent = token.expiry <= Date.now();
  return el('li', { class: `card${spent ? ' spent' : ''}`, 'data-token': token.number },
    el('header', {}, el('h3', {}, `Token #${token.number}`), el('span', { class: 'muted note', 'data-age': token.number }, age(token))),
    el('dl', {},
      el('dt', {}, 'who'), el('dd', { class: 'mono' }, token.account),
      el('dt', {}, 'requested'), el('dd', {}, asked.length ? asked.map((s) => [tag(s, got.includes(s) ? '' : 'bad'), ' ']) : 'nothing'),
      el('dt', {}, 'granted'), el('dd', {}, got.map((s) => [tag(s, asked.includes(s) ? 'good' : 'warn'), ' ']), token.federated && tag('federated', 'bad')),
      el('dt', {}, 'by'), el('dd', {}, `the ${token.source}`),
      el('dt', {}, 'used by'), el('dd', {}, used(token))));
}

export function render() {
  const { state } = store;
  if (state && platformKey !== state.platform) {
    platformKey = state.platform;
    byID('platforms').replaceChildren(...platforms.map(([id, name]) => el('label', {},
      el('input', { type: 'radio', name: 'platform', value: id, checked: id === state.platform, onchange: () => post('platform', { platform: id }) }),
      el('span', {}, name))));
    setText(byID('platform-text'), platforms.find(([id]) => id === state.platform)?.[2] ?? '');
  }
  const list = [...store.tokens.values()].reverse();
  const key = JSON.stringify(list);
  if (key === tokenKey) return;
  tokenKey = key;
  byID('token-list').replaceChildren(...list.slice(0, 2).map(card));
  byID('older-list').replaceChildren(...list.slice(2, 12).map(card));
  byID('older').hidden = list.length < 3;
  if (!list.length) byID('token-list').replaceChildren(el('li', { class: 'muted note' }, 'None was issued yet: the function requests one for its first call.'));
}

export function start() {
  setInterval(() => {
    for (const e of document.querySelectorAll('[data-age]')) {
      const token = store.tokens.get(Number(e.dataset.age));
      if (token) setText(e, age(token));
    }
  }, 5000);
}
