"use strict";
// Tables are sorted by their headings, and what is to be known of a row is shown at the bottom.
for (const table of document.querySelectorAll("table")) {
  const heads = [...table.tHead.rows[0].cells];
  const body = table.tBodies[0];
  const name = (index) => heads[index].textContent;
  const shown = (index, row) => row.cells[index].textContent;

  const value = (row, index) => row.cells[index].dataset.sort ?? shown(index, row);
  const compare = (a, b) => {
    const [x, y] = [Number(a), Number(b)];
    return Number.isFinite(x) && Number.isFinite(y) ? x - y : a.localeCompare(b);
  };
  const sort = (index) => {
    const ascending = heads[index].getAttribute("aria-sort") !== "ascending";
    const sign = ascending ? 1 : -1;
    const rows = [...body.rows].map((row) => [value(row, index), row]);
    // What is undefined comes last, whichever way the rest goes.
    rows.sort(([a], [b]) => (a === "") - (b === "") || sign * compare(a, b));
    body.append(...rows.map(([, row]) => row));
    for (const head of heads) head.removeAttribute("aria-sort");
    heads[index].setAttribute("aria-sort", ascending ? "ascending" : "descending");
  };
  heads.forEach((head, index) => {
    if (head.textContent === "") return;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    button.addEventListener("click", () => sort(index));
    head.append(button);
  });
  if (table.closest("#cells")) heads[0].setAttribute("aria-sort", "ascending");

  // One row of a table can be reached by Tab, and the others from there by arrows.
  const tip = document.getElementById("tip");
  const show = (row) => {
    if (row.dataset.again === undefined) return;
    const parts = heads.map((_, index) => [name(index), shown(index, row).trim()]);
    const known = parts.filter(([head, text]) => head !== "" && text !== "");
    const text = known.map(([head, text]) => head + ": " + text).join("; ");
    const code = document.createElement("code");
    code.textContent = row.dataset.again;
    tip.replaceChildren(text, document.createElement("br"), code);
    tip.hidden = false;
  };
  const hide = () => { tip.hidden = true; };
  const go = (row, to) => {
    if (to === null || to === undefined) return;
    row.tabIndex = -1;
    to.tabIndex = 0;
    to.focus();
  };
  [...body.rows].forEach((row, index) => { row.tabIndex = index === 0 ? 0 : -1; });
  const rowOf = (event) => event.target.closest("tr");
  body.addEventListener("mouseover", (event) => show(rowOf(event)));
  body.addEventListener("mouseleave", hide);
  body.addEventListener("focusin", (event) => show(rowOf(event)));
  body.addEventListener("focusout", hide);
  body.addEventListener("click", (event) => {
    const row = rowOf(event);
    go(body.querySelector('tr[tabindex="0"]') ?? row, row);
  });
  body.addEventListener("keydown", (event) => {
    const row = rowOf(event);
    const keys = {
      ArrowDown: () => go(row, row.nextElementSibling),
      ArrowUp: () => go(row, row.previousElementSibling),
      Home: () => go(row, body.rows[0]),
      End: () => go(row, body.rows[body.rows.length - 1]),
      Escape: hide,
    };
    if (keys[event.key]) {
      event.preventDefault();
      keys[event.key]();
    }
  });
}
