// Marks on pictures, kept in this browser, and the lists made of them. No network.
"use strict";

const facts = JSON.parse(document.getElementById("facts").textContent);
const store = `tenfold-check-${facts.fingerprint}`;
const REMOVE = "remove";

// number of a picture -> REMOVE, or the index of its new class
const decided = new Map(load());

function load() {
  try {
    const kept = JSON.parse(localStorage.getItem(store) ?? "[]");
    return kept.filter(([number]) => number in facts.marked);
  } catch {
    return []; // no storage, or not ours
  }
}

function save() {
  try {
    localStorage.setItem(store, JSON.stringify([...decided]));
  } catch {
    // then the marks last as long as the page is open
  }
}

function show() {
  for (const box of document.querySelectorAll("[data-remove]")) {
    box.checked = decided.get(Number(box.dataset.remove)) === REMOVE;
  }
  for (const box of document.querySelectorAll("[data-relabel]")) {
    box.checked = decided.get(Number(box.dataset.relabel)) === Number(box.dataset.class);
  }
  for (const item of document.querySelectorAll("[data-number]")) {
    const decision = decided.get(Number(item.dataset.number));
    item.classList.toggle("removed", decision === REMOVE);
    item.classList.toggle("relabelled", typeof decision === "number");
  }
  const removed = [...decided.values()].filter((decision) => decision === REMOVE).length;
  const relabelled = decided.size - removed;
  const words = [];
  if (removed) words.push(`${removed.toLocaleString("en")} to remove`);
  if (relabelled) words.push(`${relabelled.toLocaleString("en")} with another label`);
  document.getElementById("tally").textContent = words.join(", ");
  document.getElementById("bar").hidden = !decided.size;
}

function changed() {
  show();
  save();
}

// Another tab, or this one before it was loaded again: what it kept may arrive late.
addEventListener("storage", (event) => {
  if (event.key !== store && event.key !== null) return;
  decided.clear();
  for (const [number, decision] of load()) decided.set(number, decision);
  show();
});

function decide(number, decision, on) {
  if (on) decided.set(number, decision);
  else if (decided.get(number) === decision) decided.delete(number);
}

document.addEventListener("change", (event) => {
  const { remove, relabel, class: label } = event.target.dataset;
  if (remove !== undefined) decide(Number(remove), REMOVE, event.target.checked);
  else if (relabel !== undefined) decide(Number(relabel), Number(label), event.target.checked);
  else return;
  changed();
});

for (const button of document.querySelectorAll("[data-mark]")) {
  button.addEventListener("click", () => {
    const section = document.getElementById(button.dataset.section);
    for (const finding of section.querySelectorAll(".finding")) {
      [...finding.querySelectorAll("[data-remove]")].forEach((box, place) => {
        const number = Number(box.dataset.remove);
        if (button.dataset.mark === "none") decided.delete(number);
        else if (button.dataset.mark === "all" || place > 0) decided.set(number, REMOVE);
      });
    }
    changed();
  });
}

const cell = (value) => (/[",\n\r]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
const text = (rows) => rows.map((row) => row.map((value) => cell(String(value))).join(",")).join("\n") + "\n";

function download(name, rows) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text(rows)], { type: "text/csv" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

document.getElementById("decisions").addEventListener("click", () => {
  const rows = [...decided].sort(([one], [other]) => one - other).map(([number, decision]) => {
    const [source, label, part] = facts.marked[number];
    const change = decision === REMOVE ? ["remove", ""] : ["relabel", facts.classes[decision]];
    return [source, facts.classes[label], facts.parts[part], ...change];
  });
  download(`${facts.name}-decisions.csv`, [["path", "label", "split", "decision", "new_label"], ...rows]);
});

const kept = document.getElementById("kept");
kept.hidden = !facts.manifest;
kept.addEventListener("click", () => {
  const rows = [];
  facts.manifest.forEach(([path, label, part], number) => {
    const decision = decided.get(number);
    if (decision === REMOVE) return;
    rows.push([path, facts.classes[decision ?? label], facts.parts[part]]);
  });
  download(`${facts.name}-kept.csv`, [["path", "label", "split"], ...rows]);
});

document.getElementById("clear").addEventListener("click", () => {
  decided.clear();
  changed();
});

show();
