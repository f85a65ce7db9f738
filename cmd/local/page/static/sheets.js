// The part "Sheets": tabs, the grid, and changes as a person makes them.
import { alert, get, post } from './api.js';
import { byID, clock, el, setText } from './dom.js';
import { letters } from './cells.js';
import { Grid } from './grid.js';
import { store } from './store.js';

let grid, current = null, tabsKey = '';

const sheetNow = () => store.state.sheets.find((s) => s.title === current);
const input = () => byID('input');
const address = () => letters(grid.active.column) + (grid.active.row + 1);

function showCell() {
  setText(byID('address'), address());
  if (document.activeElement === input()) return;
  const cell = grid.cells.at(grid.active.row, grid.active.column);
  input().value = cell?.input ?? cell?.text ?? '';
}

/** Begins to edit the active cell; what is typed replaces what it holds. With a text, that
 * is entered at once. */
function edit(text) {
  if (text != null) {
    input().value = text;
    commit(0, 0);
    return;
  }
  input().focus();
  input().select();
}

async function commit(right = 0, down = 1) {
  const { row, column } = grid.active;
  if (await post('edit', { sheet: current, cell: address(), text: input().value })) {
    grid.root.focus();
    grid.select(row + down, column + right);
  }
}

function editKey(event) {
  if (event.key === 'Enter') commit();
  else if (event.key === 'Tab' && !event.shiftKey) commit(1, 0);
  else if (event.key === 'Escape') grid.root.focus();
  else return;
  event.preventDefault();
  if (event.key === 'Escape') showCell();
}

function choose(title) {
  current = title;
  tabsKey = '';
  render();
}

function drawTabs() {
  const { sheets } = store.state;
  const key = JSON.stringify([sheets.map((s) => [s.title, s.hidden, s.filled]), current]);
  if (key === tabsKey) return;
  tabsKey = key;
  const tab = (s) => el('button', {
    type: 'button', role: 'tab', 'aria-selected': String(s.title === current), 'aria-controls': 'panel', 'data-sheet': s.title, onclick: () => choose(s.title),
  }, s.title, ' ', el('span', { class: 'muted note' }, s.filled.toLocaleString('en')));
  byID('tabs').replaceChildren(...sheets.filter((s) => !s.hidden).map(tab));
  byID('hidden-tabs').replaceChildren(...sheets.filter((s) => s.hidden).map(tab));
  byID('hidden-tabs').hidden = !sheets.some((s) => s.hidden);
}

let markersOf = 0;

async function drawMarkers() {
  const { markers, version, sheets } = store.state;
  const hidden = sheets.filter((s) => s.hidden).map((s) => s.title);
  setText(byID('markers'), [markers === 1 ? '1 marker' : `${markers} markers`, ...hidden].join(', '));
  if (!byID('kept').open || markersOf === version) return;
  markersOf = version;
  try {
    const all = await get('markers');
    byID('marker-table').tBodies[0].replaceChildren(...all.slice(0, 100).map((m) =>
      el('tr', {}, el('td', {}, String(m.id)), el('td', {}, m.key), el('td', {}, m.value))));
  } catch (error) {
    alert(error.message);
  }
}

export function render() {
  const { state } = store;
  if (!state?.sheets?.length) return;
  if (!sheetNow()) current = (state.sheets.find((s) => !s.hidden) ?? state.sheets[0]).title;
  drawTabs();
  drawMarkers();
  setText(byID('person'), state.person);
  const who = state.modified_by === state.account ? 'the function' : state.modified_by;
  setText(byID('edited'), state.modified_by ? `last change by ${who}, ${clock(state.modified)}` : '');
  grid.show(sheetNow(), state.version);
}

export function start() {
  grid = new Grid(byID('grid'), { moved: showCell, edit });
  const changed = grid.cells.changed;
  grid.cells.changed = () => { changed(); showCell(); };
  input().addEventListener('keydown', editKey);
  byID('kept').addEventListener('toggle', () => { if (store.state) drawMarkers(); });
  for (const act of ['insert', 'delete']) {
    byID(act).addEventListener('click', () => post('edit', { sheet: current, act, row: grid.active.row + 1 }));
  }
}
