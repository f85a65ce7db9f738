// The cells of a sheet, fetched in blocks when they come into sight.
import { get } from './api.js';

const rows = 100, columns = 50; // of a block

export class Cells {
  /** changed is called when cells have arrived. */
  constructor(changed) {
    this.changed = changed;
    this.reset('');
  }

  /** Forgets all cells, for another sheet. */
  reset(title) {
    this.title = title;
    this.blocks = new Map(); // "row:column" → {cells, version}
    this.fetching = new Set();
    this.version = 0;
    this.generation = (this.generation ?? 0) + 1;
  }

  /** The cell, or undefined if it is empty or not there yet. */
  at(row, column) {
    const block = this.blocks.get(`${Math.floor(row / rows)}:${Math.floor(column / columns)}`);
    return block?.cells[row % rows]?.[column % columns];
  }

  /** Fetches what is not there, or is of an older version, of an area. */
  want(top, bottom, left, right) {
    for (let r = Math.floor(top / rows); r <= Math.floor(bottom / rows); r++) {
      for (let c = Math.floor(left / columns); c <= Math.floor(right / columns); c++) this.fetch(r, c);
    }
  }

  async fetch(r, c) {
    const key = `${r}:${c}`, version = this.version, generation = this.generation;
    if (this.blocks.get(key)?.version === version || this.fetching.has(key)) return;
    this.fetching.add(key);
    try {
      const cells = await get('cells', { sheet: this.title, row: r * rows, column: c * columns, rows, columns });
      if (generation !== this.generation) return;
      this.blocks.set(key, { cells, version });
      this.drop();
      this.changed();
    } catch {
      // The sheet is gone, or the connection: the next version, or event, brings it up.
    } finally {
      if (generation === this.generation) this.fetching.delete(key);
    }
    if (generation === this.generation && this.version !== version) this.changed();
  }

  /** Bounds the memory: blocks are in the order in which they came. */
  drop() {
    for (const key of this.blocks.keys()) {
      if (this.blocks.size <= 200) return;
      this.blocks.delete(key);
    }
  }
}

/** The letters of a column that is counted from 0. */
export function letters(column) {
  let text = '';
  for (let n = column + 1; n > 0; n = Math.floor((n - 1) / 26)) text = String.fromCharCode(65 + ((n - 1) % 26)) + text;
  return text;
}

/** The classes of a cell. */
export function lookOf(cell, active) {
  if (!cell) return active ? 'active' : '';
  const { kind, style } = cell;
  const align = style?.align || { number: 'RIGHT', bool: 'CENTER', error: 'CENTER' }[kind];
  return [align === 'RIGHT' && 'right', align === 'CENTER' && 'center', style?.bold && 'bold', style?.italic && 'italic',
    style?.strikethrough && 'strike', style?.underline && 'under', (kind === 'error' || kind === 'missing') && 'error',
    cell.changed && 'fresh', active && 'active'].filter(Boolean).join(' ');
}
