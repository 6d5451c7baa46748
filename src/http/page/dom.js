// Elements, and tables that keep their rows: what has the focus must not be replaced by an update.

const SVG = "http://www.w3.org/2000/svg";

export const byId = (id) => document.getElementById(id);

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

export const html = (tag, attributes = {}, ...children) =>
  fill(document.createElement(tag), attributes, children);

export const svg = (tag, attributes = {}, ...children) =>
  fill(document.createElementNS(SVG, tag), attributes, children);

// Touches the document only where something is new.
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// Makes the children of `parent` those of `items`, which each have a `key`: known ones are kept.
export function keyed(parent, items, make, update) {
  const known = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  items.forEach((item, index) => {
    let child = known.get(item.key);
    if (child === undefined) {
      child = make(item);
      child.dataset.key = item.key;
    }
    known.delete(item.key);
    if (parent.children[index] !== child) parent.insertBefore(child, parent.children[index] ?? null);
    update(child, item);
  });
  for (const child of known.values()) child.remove();
}

// `items` have a `key` and `cells`: texts, or functions that update their cell.
export function rows(body, items, none) {
  const columns = body.closest("table").querySelectorAll("thead th").length;
  const shown = items.length > 0 ? items : [{ key: "", cells: [none] }];
  const make = (item) => {
    const row = html("tr");
    item.cells.forEach((_, index) => {
      const cell = index === 0 && items.length > 0 ? html("th", { scope: "row" }) : html("td");
      if (items.length === 0) cell.setAttribute("colspan", columns);
      row.append(cell);
    });
    return row;
  };
  keyed(body, shown, make, (row, item) => {
    item.cells.forEach((cell, index) => {
      if (typeof cell === "function") cell(row.children[index]);
      else setText(row.children[index], cell);
    });
  });
}

// `items` are pairs of a name and a text.
export function facts(list, items) {
  const make = () => html("div", {}, html("dt"), html("dd"));
  keyed(list, items.map(([name, text]) => ({ key: name, text })), make, (entry, item) => {
    setText(entry.children[0], item.key);
    setText(entry.children[1], item.text);
  });
}
