// What a request or a call consists of: bodies, and a command that repeats it.
import { get } from './api.js';
import { el } from './dom.js';
import { store } from './store.js';

/** Quotes a text for a shell. */
const quote = (text) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** The command that repeats a request to the function, or a call to Google. */
export function curl(kind, item, body) {
  const path = item.path.split('/').map(encodeURIComponent).join('/').replaceAll('%3A', ':').replaceAll('%21', '!') + (item.query ? `?${item.query}` : '');
  const method = item.method === 'GET' || (item.method === 'POST' && body) ? [] : ['-X', item.method];
  const words = ['curl', '-sS', ...method];
  let before = '';
  if ('request' in kind) {
    words.push(store.state.function + path);
    for (const [name, values] of Object.entries(item.header ?? {})) words.push('-H', `${name}: ${values[0]}`);
  } else {
    words.push(location.origin + path);
    if (item.call.startsWith('metadata.')) words.push('-H', 'Metadata-Flavor: Google');
    else {
      const scopes = (item.scopes ?? []).join(',');
      before = `T=$(curl -sS -H 'Metadata-Flavor: Google' ${quote(`${location.origin}/computeMetadata/v1/instance/service-accounts/default/token?scopes=${scopes}`)} | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')\n`;
    }
    if (body) words.push('-H', 'Content-Type: application/json');
  }
  if (body) words.push('-d', body);
  return before + words.map(quote).join(' ') + (before ? ' -H "Authorization: Bearer $T"' : '');
}

/** The bodies of {request: number} or {call: number}, fetched when they are shown. */
export function detail(kind, item) {
  const request = el('pre', { tabindex: '0', 'aria-label': 'Body of the request' }, '…');
  const response = el('pre', { tabindex: '0', 'aria-label': 'Body of the response' }, '…');
  let command = '';
  const copy = el('button', {
    type: 'button', disabled: true,
    async onclick() {
      await navigator.clipboard.writeText(command);
      copy.textContent = 'Copied';
    },
  }, 'Copy as curl');
  get('bodies', kind).then((bodies) => {
    request.textContent = pretty(bodies.request) || 'empty';
    response.textContent = pretty(bodies.response) || 'empty';
    command = curl(kind, item, bodies.request);
    copy.disabled = false;
    copy.dataset.command = command;
  }).catch((error) => { response.textContent = error.message; });
  return el('div', { class: 'detail' },
    'call' in kind && el('code', {}, `${item.method} ${item.path}${item.query ? `?${item.query}` : ''}`),
    item.problem?.hint && el('p', { class: 'problem' }, item.problem.hint),
    el('div', { class: 'pair' },
      el('div', {}, el('h3', {}, 'Request'), request),
      el('div', {}, el('h3', {}, 'Response'), response)),
    el('div', {}, copy));
}
