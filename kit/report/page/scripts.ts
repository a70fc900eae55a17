/** What pages do in the browser. Without it everything is there to be read, unsorted and one below the other. */

/** `<table data-sortable>`: a column's heading sorts by it, again turns it round. A form before it filters the rows. */
export const SORTABLE_TABLES = `
for (const table of document.querySelectorAll('table[data-sortable]')) {
  const body = table.tBodies[0];
  const headings = [...table.tHead.rows[0].cells];
  const keyOf = (row, column) => {
    const cell = row.cells[column];
    return cell.dataset.sort === undefined ? cell.textContent.trim() : Number(cell.dataset.sort);
  };
  headings.forEach((heading, column) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener('click', () => {
      const numbers = body.rows[0]?.cells[column].dataset.sort !== undefined;
      const now = heading.getAttribute('aria-sort');
      const descending = now ? now === 'ascending' : numbers;
      for (const other of headings) other.removeAttribute('aria-sort');
      heading.setAttribute('aria-sort', descending ? 'descending' : 'ascending');
      const rows = [...body.rows].map((row) => [keyOf(row, column), row]);
      rows.sort(([a], [b]) => (typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b), undefined, { numeric: true })) * (descending ? -1 : 1));
      body.append(...rows.map(([, row]) => row));
    });
  });
  const controls = document.getElementById(table.dataset.sortable);
  if (!controls) continue;
  const [text, status, count] = ['input', 'select', 'output'].map((name) => controls.querySelector(name));
  const filter = () => {
    const words = text.value.toLowerCase().split(/\\s+/);
    let shown = 0;
    for (const row of body.rows) {
      const said = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => said.includes(word)) || (status.value !== '' && row.dataset.status !== status.value);
      if (!row.hidden) shown++;
    }
    count.value = shown + ' of ' + body.rows.length;
  };
  text.addEventListener('input', filter);
  status.addEventListener('change', filter);
  controls.hidden = false;
  filter();
}
`;

/** `<div data-tabs>` with sections: one at a time, chosen by a row of tabs or the arrow keys. */
export const TABS = `
document.querySelectorAll('[data-tabs]').forEach((group, g) => {
  const panels = [...group.children];
  const list = document.createElement('div');
  list.className = 'tabs';
  list.setAttribute('role', 'tablist');
  list.setAttribute('aria-label', group.dataset.tabs);
  const tabs = panels.map((panel, p) => {
    const tab = document.createElement('button');
    tab.type = 'button';
    tab.id = 'tab-' + g + '-' + p;
    tab.textContent = panel.dataset.tab;
    tab.classList.toggle('off', panel.dataset.off !== undefined);
    tab.setAttribute('role', 'tab');
    panel.id = 'panel-' + g + '-' + p;
    panel.setAttribute('role', 'tabpanel');
    panel.setAttribute('aria-labelledby', tab.id);
    panel.querySelector('h4')?.remove();
    tab.setAttribute('aria-controls', panel.id);
    tab.addEventListener('click', () => choose(p));
    return tab;
  });
  const choose = (chosen, focus) => {
    tabs.forEach((tab, p) => {
      tab.setAttribute('aria-selected', String(p === chosen));
      tab.tabIndex = p === chosen ? 0 : -1;
      panels[p].hidden = p !== chosen;
    });
    if (focus) tabs[chosen].focus();
  };
  list.addEventListener('keydown', (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    choose((tabs.indexOf(event.target) + step + tabs.length) % tabs.length, true);
  });
  list.append(...tabs);
  group.before(list);
  choose(Math.max(0, panels.findIndex((panel) => panel.dataset.off !== undefined)));
});
`;

/** Pointing at a cell says its values and marks the same cell in the maps beside it. */
export const LINKED_CELLS = `
for (const maps of document.querySelectorAll('.maps')) {
  const cells = [...maps.querySelectorAll('rect[data-i]')];
  if (cells.length === 0) continue;
  const readout = document.createElement('p');
  readout.className = 'readout';
  readout.textContent = 'Point at a cell to read its values.';
  maps.after(readout);
  maps.addEventListener('pointerover', (event) => {
    const at = event.target.dataset?.i;
    if (at === undefined) return;
    const same = cells.filter((cell) => cell.dataset.i === at);
    for (const cell of cells) cell.classList.toggle('here', cell.dataset.i === at);
    const said = same.map((cell) => cell.querySelector('title').textContent);
    readout.textContent = said[0].slice(said[0].indexOf(' ') + 1, said[0].lastIndexOf(':') + 1) + ' ' + said.map((text) => text.slice(0, text.indexOf(' ')) + text.slice(text.lastIndexOf(':') + 1)).join(', ');
  });
}
`;
