// Draws the plot of a table that stands on the page: the table stays, for print without colour, screen readers and copying.
// Chart.js is loaded on this page alone. Without script, or where it fails, the tables say all of it.
'use strict';
document.addEventListener('DOMContentLoaded', () => {
  if (!window.Chart) return;
  const style = getComputedStyle(document.documentElement);
  const ink = style.getPropertyValue('--ink').trim();
  const colours = ['#7a2e1d', '#b5651d', '#d9a441', '#2f5d50', '#4f8a78', '#1b5fc1', '#6a4c93', '#3d3d3d'];
  const rtl = document.documentElement.dir === 'rtl';
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  Chart.defaults.color = ink;
  Chart.defaults.animation = false;
  for (const place of document.querySelectorAll('[data-plot]')) draw(place, colours, rtl);
});

function draw(place, colours, rtl) {
  const table = document.getElementById(place.dataset.plot);
  const rows = [...table.tBodies[0].rows].slice(0, 26);
  const count = Number(table.dataset.columns);
  const heads = [...table.tHead.rows[0].cells].slice(1, count + 1).map((cell) => cell.textContent.trim());
  const kind = place.dataset.kind;
  const sets = heads.map((label, column) => ({
    label,
    data: rows.map((row) => Number(row.cells[column + 1].dataset.value)),
    backgroundColor: kind === 'bar' ? colours.slice(0, rows.length) : colours[column % colours.length],
    borderColor: colours[column % colours.length],
    pointStyle: ['circle', 'rect', 'triangle', 'rectRot', 'cross', 'star', 'line', 'dash'][column % 8], // told apart without colour
    tension: 0.2,
  }));
  const flat = kind !== 'line';
  const canvas = document.createElement('canvas');
  canvas.setAttribute('role', 'img');
  canvas.setAttribute('aria-label', place.dataset.label);
  place.classList.add(flat && rows.length > 12 ? 'plot-tall' : 'plot-low');
  place.append(canvas);
  const value = { beginAtZero: true, ticks: { precision: 0 }, reverse: rtl && flat };
  const name = { reverse: rtl && !flat, position: rtl && flat ? 'right' : undefined };
  new Chart(canvas, {
    type: kind === 'line' ? 'line' : 'bar',
    data: { labels: rows.map((row) => row.cells[0].textContent.trim()), datasets: sets },
    options: {
      indexAxis: flat ? 'y' : 'x',
      maintainAspectRatio: false,
      scales: flat ? { x: value, y: name } : { x: name, y: { ...value, reverse: false, position: rtl ? 'right' : 'left' } },
      plugins: { legend: { display: heads.length > 1, rtl, labels: { usePointStyle: kind === 'line' } }, tooltip: { rtl } },
    },
  });
}
