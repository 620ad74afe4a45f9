// The page's behaviour: tips over charts, sorting, and the pictures behind the cells of the confusion matrix.
"use strict";

const cells = JSON.parse(document.getElementById("cells").textContent);
const percent = (share) => `${(share * 100).toFixed(1)}\u00a0%`;
const whole = new Intl.NumberFormat("en");

// Tips

const tip = document.getElementById("tip");

function moveTip(event) {
  const over = event.target instanceof Element && event.target.closest("[data-tip]");
  tip.hidden = !over;
  if (!over) return;
  tip.textContent = over.dataset.tip;
  const room = document.documentElement.clientWidth;
  const left = Math.min(event.clientX + 14, room - tip.offsetWidth - 8);
  const above = event.clientY - tip.offsetHeight - 12;
  tip.style.left = `${Math.max(8, left)}px`;
  tip.style.top = `${above > 4 ? above : event.clientY + 18}px`;
}

document.addEventListener("pointermove", moveTip);
document.addEventListener("pointerdown", moveTip);
document.addEventListener("pointerleave", () => (tip.hidden = true));
document.addEventListener("scroll", () => (tip.hidden = true), { passive: true });

// Sorting

function valueOf(row, column) {
  const cell = row.cells[column];
  return cell.dataset.value === undefined ? cell.textContent.trim() : Number(cell.dataset.value);
}

function sort(table, column) {
  const heads = [...table.tHead.rows[0].cells];
  const before = heads[column].getAttribute("aria-sort");
  // Names start with A, figures with the worst: what one looks for first.
  const descending = before === "ascending";
  for (const head of heads) if (head.hasAttribute("aria-sort")) head.setAttribute("aria-sort", "none");
  heads[column].setAttribute("aria-sort", descending ? "descending" : "ascending");
  const rows = [...table.tBodies[0].rows];
  rows.sort((one, two) => {
    const [a, b] = [valueOf(one, column), valueOf(two, column)];
    const order = typeof a === "number" ? a - b : a.localeCompare(b, "en", { numeric: true });
    return descending ? -order : order;
  });
  table.tBodies[0].append(...rows);
}

for (const table of document.querySelectorAll("table.sortable")) {
  for (const button of table.querySelectorAll("thead button")) {
    button.addEventListener("click", () => sort(table, button.closest("th").cellIndex));
  }
}

// The confusion matrix

const matrix = document.querySelector("table.matrix");
const panel = document.getElementById("cell");
const pictures = document.getElementById("cell-pictures");
let opened = null;

for (const button of document.querySelectorAll("[data-cells]")) {
  button.addEventListener("click", () => {
    matrix.classList.toggle("as-shares", button.dataset.cells === "shares");
    for (const other of document.querySelectorAll("[data-cells]")) {
      other.setAttribute("aria-pressed", String(other === button));
    }
  });
}

function picture(sheet, index, cell, [confidence, source]) {
  const item = document.createElement("li");
  const canvas = document.createElement("canvas");
  const columns = Number(panel.dataset.columns);
  const x = (index % columns) * cell.side;
  const y = Math.floor(index / columns) * cell.side;
  canvas.width = canvas.height = cell.side;
  canvas.getContext("2d").drawImage(sheet, x, y, cell.side, cell.side, 0, 0, cell.side, cell.side);
  const said = `${cell.true} called ${cell.called}, ${percent(confidence)} sure, ${source}`;
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", said);
  item.title = said;
  const caption = document.createElement("span");
  caption.textContent = percent(confidence);
  item.append(canvas, caption);
  return item;
}

async function open(button) {
  const name = button.dataset.cell;
  const cell = cells[name];
  opened = name;
  for (const one of document.querySelectorAll("[data-cell]")) {
    if (one === button) one.setAttribute("aria-current", "true");
    else one.removeAttribute("aria-current");
  }
  const sheet = new Image();
  sheet.src = cell.sheet;
  await sheet.decode();
  if (opened !== name) return; // another cell was chosen meanwhile
  const right = cell.true === cell.called;
  const shown = cell.items.length;
  const many = cell.count === 1 ? "1 picture" : `${whole.format(cell.count)} pictures`;
  document.getElementById("cell-title").textContent = right
    ? `${cell.true}, and called so: ${many}`
    : `${cell.true} called ${cell.called}: ${many}`;
  document.getElementById("cell-aside").textContent =
    (shown < cell.count ? `Shown are the ${shown} that it was ${right ? "least" : "most"} sure of. ` : "") +
    `Each with the confidence in ${cell.called}.`;
  pictures.replaceChildren(...cell.items.map((item, index) => picture(sheet, index, cell, item)));
  panel.hidden = false;
  panel.scrollIntoView({ block: "nearest" });
}

for (const button of document.querySelectorAll("[data-cell]")) button.addEventListener("click", () => open(button));

// In the matrix one Tab stop; arrows go to the next cell that has pictures, Home and End along the row.

const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

function buttonAt(row, column) {
  return matrix.querySelector(`[data-cell="${row}-${column}"]`);
}

function next(from, key) {
  let [row, column] = from.dataset.cell.split("-").map(Number);
  const size = matrix.tBodies[0].rows.length;
  if (key === "Home" || key === "End") {
    const inRow = [...matrix.tBodies[0].rows[row].querySelectorAll("button")];
    return key === "Home" ? inRow[0] : inRow[inRow.length - 1];
  }
  const [down, right] = STEPS[key] ?? [0, 0];
  if (!down && !right) return null;
  for (;;) {
    row += down;
    column += right;
    if (row < 0 || column < 0 || row >= size || column >= size) return null;
    const found = buttonAt(row, column);
    if (found) return found;
  }
}

if (matrix) {
  const first = matrix.querySelector("button");
  if (first) first.tabIndex = 0;
  matrix.addEventListener("focusin", (event) => {
    for (const button of matrix.querySelectorAll("[tabindex='0']")) button.tabIndex = -1;
    event.target.tabIndex = 0;
  });
  matrix.addEventListener("keydown", (event) => {
    const found = next(event.target, event.key);
    if (!found) return;
    event.preventDefault();
    found.focus();
  });
}
