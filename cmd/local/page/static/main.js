// Connects the parts of the page with what happens.
import { listen } from './api.js';
import { byID, perFrame, setText } from './dom.js';
import { addCalls, addRequests, setTokens, store } from './store.js';
import * as breakIt from './break.js';
import * as requests from './requests.js';
import * as sheets from './sheets.js';
import * as tokens from './tokens.js';
import * as why from './why.js';

for (const part of [breakIt, requests, sheets, tokens, why]) part.start();

const later = perFrame(() => {
  why.render();
  tokens.render();
});

let lost = false;

function showState(state) {
  if (lost) location.reload(); // the process may be another one, which counts from 1
  const first = store.state === null;
  store.state = state;
  document.title = `${state.title} – Google, emulated`;
  setText(byID('where'), `${state.title} · ${state.function} · ${state.account}`);
  sheets.render();
  breakIt.render();
  if (first) requests.redraw();
  later();
}

listen({
  state: showState,
  requests(list) {
    requests.touch(addRequests(list));
    later();
  },
  calls(list) {
    requests.touch(addCalls(list));
    requests.touchLone(list);
    later();
  },
  tokens(list) {
    setTokens(list);
    later();
  },
}, (refused) => {
  lost = true;
  byID('health').className = 'bad';
  setText(byID('health'), refused ? 'Too many of these pages are open: close one, then reload' : 'Not connected: go run ./cmd/local');
});

// The scheme of the system, or the one that was chosen here.
const root = document.documentElement, button = byID('theme'), prefersDark = matchMedia('(prefers-color-scheme: dark)');

function theme(name) {
  if (name) root.dataset.theme = name;
  const dark = name ? name === 'dark' : prefersDark.matches;
  button.textContent = dark ? 'Light' : 'Dark';
  button.setAttribute('aria-label', `Use the ${dark ? 'light' : 'dark'} scheme`);
  button.onclick = () => {
    localStorage.setItem('theme', dark ? 'light' : 'dark');
    theme(dark ? 'light' : 'dark');
  };
}

theme(localStorage.getItem('theme'));
prefersDark.addEventListener('change', () => theme(localStorage.getItem('theme')));
