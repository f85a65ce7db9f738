// A grid of cells of which only those in sight have elements. Elements are used again for
// other rows while it scrolls.
import { el, perFrame } from './dom.js';
import { Cells, letters, lookOf } from './cells.js';

const height = 26, gutter = 52, spare = 4; // pixels of a row, of its number; rows beyond the sight

export class Grid {
  /** moved is called when another cell is active, edit when one is to be edited. */
  constructor(root, { moved, edit }) {
    this.root = root;
    this.moved = moved;
    this.rowCount = this.columnCount = 0;
    this.active = { row: 0, column: 0 };
    this.rows = []; // elements, each for the row it shows
    this.paint = perFrame(() => this.draw());
    this.cells = new Cells(() => { this.dirty = true; this.paint(); });
    this.head = el('div', { class: 'grid-head', role: 'row', 'aria-rowindex': '1' });
    this.space = el('div', { class: 'grid-space', role: 'rowgroup' });
    root.append(el('div', { role: 'rowgroup' }, this.head), this.space);
    root.addEventListener('scroll', this.paint, { passive: true });
    new ResizeObserver(this.paint).observe(root);
    root.addEventListener('mousedown', (event) => this.click(event));
    root.addEventListener('dblclick', () => edit());
    root.addEventListener('keydown', (event) => this.key(event, edit));
  }

  /** Shows a sheet of this size; one with another title from its beginning. */
  show(sheet, version) {
    if (sheet.title !== this.cells.title) {
      this.cells.reset(sheet.title);
      this.root.scrollTo(0, 0);
      this.active = { row: 0, column: 0 };
      this.widths = null;
      this.root.setAttribute('aria-label', `Cells of ${sheet.title}`);
    }
    this.cells.version = version;
    this.rowCount = sheet.rows;
    this.columnCount = sheet.columns;
    this.root.setAttribute('aria-rowcount', sheet.rows + 1);
    this.root.setAttribute('aria-colcount', sheet.columns + 1);
    this.dirty = true;
    this.layout();
    this.moved();
    this.paint();
  }

  /** The pixels at which columns begin, by what the first rows hold. */
  layout() {
    const guess = (column) => {
      let longest = 6;
      for (let row = 0; row < 40; row++) longest = Math.max(longest, Math.min(34, this.cells.at(row, column)?.text?.length ?? 0));
      return Math.round(longest * 7.1) + 22;
    };
    const widths = Array.from({ length: this.columnCount }, (_, c) => (c < 100 ? guess(c) : 110));
    if (this.widths?.length === widths.length && this.widths.every((w, c) => w >= widths[c])) return;
    this.widths = widths.map((w, c) => Math.max(w, this.widths?.[c] ?? 0));
    this.left = [gutter];
    for (const w of this.widths) this.left.push(this.left.at(-1) + w);
    this.space.style.width = this.head.style.width = `${this.left.at(-1)}px`;
    this.headed = '';
    for (const row of this.rows) row.columns = '';
  }

  draw() {
    if (!this.rowCount) return;
    this.layout();
    const { scrollTop, scrollLeft, clientHeight, clientWidth } = this.root;
    this.space.style.height = `${this.rowCount * height}px`;
    const top = Math.max(0, Math.floor(scrollTop / height) - spare);
    const bottom = Math.min(this.rowCount - 1, Math.ceil((scrollTop + clientHeight) / height) + spare);
    const from = this.columnAt(scrollLeft), to = this.columnAt(scrollLeft + clientWidth - gutter);
    this.cells.want(top, bottom, from, to);
    this.drawHead(from, to);
    const needed = bottom - top + 1;
    while (this.rows.length < needed) this.rows.push(this.newRow());
    const all = this.dirty;
    this.dirty = false;
    for (let r = top; r <= bottom; r++) this.drawRow(this.rows[r % this.rows.length], r, from, to, all);
    for (const row of this.rows) row.element.hidden = row.index < top || row.index > bottom;
  }

  columnAt(x) {
    let low = 0, high = this.columnCount - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.left[middle] - gutter <= x) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  drawHead(from, to) {
    if (this.headed === `${from}:${to}`) return;
    this.headed = `${from}:${to}`;
    const cells = [el('span', { class: 'corner', role: 'columnheader', 'aria-colindex': '1' }, '#')];
    for (let c = from; c <= to; c++) {
      const cell = el('span', { role: 'columnheader', 'aria-colindex': c + 2 }, letters(c));
      cell.style.left = `${this.left[c]}px`;
      cell.style.width = `${this.widths[c]}px`;
      cells.push(cell);
    }
    this.head.replaceChildren(...cells);
  }

  newRow() {
    const number = el('span', { class: 'number', role: 'rowheader', 'aria-colindex': '1' });
    const element = el('div', { class: 'grid-row', role: 'row' }, number);
    this.space.append(element);
    return { element, number, cells: [], index: -1, columns: '' };
  }

  drawRow(row, r, from, to, all) {
    const columns = `${from}:${to}`;
    if (!all && row.index === r && row.columns === columns) return;
    if (row.index !== r) {
      row.index = r;
      row.element.style.transform = `translateY(${r * height}px)`;
      row.element.style.width = `${this.left.at(-1)}px`;
      row.element.setAttribute('aria-rowindex', r + 2);
      row.number.textContent = r + 1;
    }
    while (row.cells.length < to - from + 1) {
      const cell = el('span', { role: 'gridcell' });
      row.cells.push({ element: cell, text: '', look: '', color: '', background: '', active: false });
      row.element.append(cell);
    }
    if (row.columns !== columns) row.cells.forEach(({ element }, i) => { element.hidden = i > to - from; });
    for (let c = from; c <= to; c++) this.drawCell(row.cells[c - from], r, c, row.columns !== columns);
    row.columns = columns;
  }

  drawCell(slot, r, c, place) {
    const { element } = slot, cell = this.cells.at(r, c), style = cell?.style;
    if (place) {
      element.style.left = `${this.left[c]}px`;
      element.style.width = `${this.widths[c]}px`;
      element.setAttribute('aria-colindex', c + 2);
    }
    const active = r === this.active.row && c === this.active.column;
    const color = style?.color ?? '', background = (!cell?.changed && style?.background) || '';
    // What is there is compared with what was set: reading it of the element is slow.
    this.set(slot, 'text', cell?.text ?? '', (v) => { element.textContent = v; });
    this.set(slot, 'look', lookOf(cell, active), (v) => { element.className = v; });
    this.set(slot, 'color', color, (v) => { element.style.color = v; });
    this.set(slot, 'background', background, (v) => { element.style.backgroundColor = v; });
    this.set(slot, 'active', active, (v) => {
      element.id = v ? 'active-cell' : '';
      if (v) element.setAttribute('aria-selected', 'true');
      else element.removeAttribute('aria-selected');
    });
  }

  set(slot, name, value, apply) {
    if (slot[name] === value) return;
    slot[name] = value;
    apply(value);
  }

  /** Makes a cell the active one, and scrolls to it. */
  select(row, column) {
    this.active = { row: Math.min(Math.max(row, 0), this.rowCount - 1), column: Math.min(Math.max(column, 0), this.columnCount - 1) };
    const { root } = this, y = this.active.row * height, x = this.left[this.active.column];
    const high = root.clientHeight - height * 2, wide = root.clientWidth;
    if (y < root.scrollTop) root.scrollTop = y;
    else if (y > root.scrollTop + high) root.scrollTop = y - high;
    if (x - gutter < root.scrollLeft) root.scrollLeft = x - gutter;
    else if (x + this.widths[this.active.column] > root.scrollLeft + wide) root.scrollLeft = x + this.widths[this.active.column] - wide;
    this.dirty = true;
    root.setAttribute('aria-activedescendant', 'active-cell');
    this.moved();
    this.paint();
  }

  click(event) {
    const cell = event.target.closest('[role=gridcell]');
    if (!cell) return;
    this.select(Number(cell.parentNode.getAttribute('aria-rowindex')) - 2, Number(cell.getAttribute('aria-colindex')) - 2);
  }

  key(event, edit) {
    if (event.target !== this.root || event.altKey) return;
    const { row, column } = this.active, page = Math.floor(this.root.clientHeight / height) - 2;
    const far = event.ctrlKey || event.metaKey;
    const moves = {
      ArrowUp: [row - 1, column], ArrowDown: [row + 1, column], ArrowLeft: [row, column - 1], ArrowRight: [row, column + 1],
      PageUp: [row - page, column], PageDown: [row + page, column],
      Home: [far ? 0 : row, 0], End: [far ? this.rowCount - 1 : row, this.columnCount - 1],
    };
    if (moves[event.key]) this.select(...moves[event.key]);
    else if (event.key === 'Enter' || event.key === 'F2') edit();
    else if (event.key === 'Delete' || event.key === 'Backspace') edit('');
    else {
      if (event.key.length === 1 && !far) edit(); // where the character then goes
      return;
    }
    event.preventDefault();
  }
}
