// Tables: sorted by a button in the header, exported as CSV, explained below themselves.
"use strict";
(() => {
  const { SCALE, hundredths } = window.Figures;
  const DASH = "–";
  const makers = {};
  const numbers = (digits) => (makers[digits] ||= new Intl.NumberFormat("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits })).format;

  const money = (value, digits = 2) => {
    const size = digits ? Math.abs(hundredths(value)) / 100 : Math.round(Math.abs(value) / SCALE);
    return `${value < 0 && size ? "-" : ""}${window.DATA.client.symbol}${numbers(digits)(size)}`;
  };
  const count = (value) => numbers(0)(value);
  const decimal = (value, digits = 1) => numbers(digits)(value / SCALE);
  const percent = (value, digits = 1) => `${decimal(value * 100, digits)}\u202f%`;

  // kinds of values: how they are shown, and how a program reads them
  const KINDS = {
    text: { show: String, plain: String },
    count: { show: count, plain: String },
    money: { show: (value) => money(value), plain: exact },
    rate: { show: (value) => percent(value), plain: exact },
    decimal: { show: (value) => decimal(value), plain: exact },
    // places gained or lost
    change: { show: (value) => (value > 0 ? `▲ ${value}` : value < 0 ? `▼ ${-value}` : "="), plain: String },
    signed: { show: (value) => (value > 0 ? `+${money(value)}` : money(value)), plain: exact },
  };

  // ten-thousandths as a decimal number, without passing through a fraction
  function exact(value) {
    const digits = String(Math.abs(value)).padStart(5, "0");
    return `${value < 0 ? "-" : ""}${digits.slice(0, -4)}.${digits.slice(-4)}`;
  }

  function element(tag, properties = {}, ...children) {
    const { data, attributes, ...rest } = properties;
    const made = Object.assign(document.createElement(tag), rest);
    for (const [name, value] of Object.entries(attributes || {})) made.setAttribute(name, value);
    for (const [name, value] of Object.entries(data || {})) made.dataset[name] = value;
    made.append(...children.filter((child) => child !== null && child !== undefined));
    return made;
  }

  const shown = (column, value) => (value === null || value === undefined ? DASH : (column.show || KINDS[column.kind].show)(value));

  // What a column means: the mart's own words, and the way to its model.
  function definition(name) {
    const parts = (window.DATA.definitions[name] || "").split("`"); // every second one is code
    const link = element("a", { href: `${window.DATA.docs}/dictionary.html#${name}`, textContent: name });
    return [...parts.map((textContent, at) => (at % 2 ? element("code", { textContent }) : textContent)), " ", link];
  }

  class Table {
    // columns: {key, label, kind, define: "mart.column", note, isHeader}
    constructor(place, { caption, columns, sort, file, onSort }) {
      Object.assign(this, { columns, file, rows: [], foot: [], sort: sort || null });
      this.body = element("tbody");
      this.feet = element("tfoot");
      this.heads = columns.map((column) => this.head(column));
      const table = element("table", {}, element("caption", { textContent: caption }), element("thead", {}, element("tr", {}, ...this.heads)), this.body, this.feet);
      const scroller = element("div", { className: "scroll", tabIndex: 0, attributes: { role: "region", "aria-label": `Table: ${caption}` } }, table);
      const save = element("button", { type: "button", className: "quiet", textContent: "Save as CSV", onclick: () => this.save() });
      this.note = element("p", { className: "note" });
      place.replaceChildren(scroller, element("div", { className: "under" }, this.note, save), this.meanings());
      this.onSort = onSort;
    }

    head(column) {
      const button = element("button", { type: "button", onclick: () => this.sortBy(column.key) }, column.label, element("span", { className: "arrow", attributes: { "aria-hidden": "true" } }));
      return element("th", { scope: "col", className: column.kind === "text" ? "" : "number", data: { key: column.key } }, button);
    }

    meanings() {
      const list = element("dl");
      for (const column of this.columns.filter(({ define, note }) => define || note)) {
        const term = element("dt", { textContent: column.label });
        list.append(term, element("dd", {}, ...(column.note ? [`${column.note} `] : []), ...(column.define ? definition(column.define) : [])));
      }
      return list.children.length ? element("details", { className: "meanings" }, element("summary", { textContent: "What the columns mean" }), list) : "";
    }

    sortBy(key) {
      const column = this.columns.find((one) => one.key === key);
      const first = column.kind === "text" || column.ascending ? 1 : -1;
      this.sort = { key, way: this.sort && this.sort.key === key ? -this.sort.way : first };
      this.render();
    }

    // rows and feet: objects by key; a foot stays below whatever is sorted
    show(rows, { foot = [], note = "" } = {}) {
      Object.assign(this, { rows, foot });
      this.note.textContent = note;
      this.render();
    }

    sorted() {
      if (!this.sort) return this.rows;
      const { key, way } = this.sort;
      const rank = (row) => row[key] === null || row[key] === undefined;
      return [...this.rows].sort((a, b) => {
        if (rank(a) || rank(b)) return rank(a) - rank(b); // what is unknown comes last, either way
        return way * (typeof a[key] === "string" ? a[key].localeCompare(b[key], "en") : a[key] - b[key]);
      });
    }

    render() {
      this.heads.forEach((head) => {
        const isSorted = this.sort && head.dataset.key === this.sort.key;
        if (isSorted) head.setAttribute("aria-sort", this.sort.way > 0 ? "ascending" : "descending");
        else head.removeAttribute("aria-sort");
      });
      const none = element("tr", {}, element("td", { colSpan: this.columns.length, className: "none", textContent: "Nothing in this selection." }));
      this.body.replaceChildren(...(this.rows.length ? this.sorted().map((row) => this.row(row)) : [none]));
      this.feet.replaceChildren(...this.foot.map((row) => this.row(row)));
    }

    row(row) {
      const cells = this.columns.map((column) => {
        const value = row[column.key];
        const cell = document.createElement(column.isHeader ? "th" : "td");
        if (column.isHeader) cell.scope = "row";
        if (column.kind !== "text") cell.className = "number";
        cell.textContent = value === undefined ? "" : shown(column, value); // what a sum has no part in
        const mark = column.mark && column.mark(row);
        if (mark) cell.classList.add(mark);
        const title = column.title && column.title(row);
        if (title) cell.title = title;
        return cell;
      });
      const made = document.createElement("tr");
      if (row.className) made.className = row.className;
      made.append(...cells);
      return made;
    }

    csv() {
      const line = (cells) => cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(",");
      // a text that a spreadsheet would take for a formula stays a text
      const text = (value) => (/^[=+\-@\t\r＝＋－＠]/.test(value) ? `'${value}` : value);
      const cell = (column, value) => (value === null || value === undefined ? "" : column.kind === "text" ? text(String(value)) : (column.plain || KINDS[column.kind].plain)(value));
      const rows = this.sorted().map((row) => line(this.columns.map((column) => cell(column, row[column.key]))));
      return [line(this.columns.map((column) => column.label)), ...rows, ""].join("\r\n");
    }

    save() {
      const link = element("a", { href: URL.createObjectURL(new Blob(["\ufeff", this.csv()], { type: "text/csv" })), download: `${window.DATA.client.id}-${this.file}.csv` });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    }
  }

  // A closed <details> with a table that is made when it is first opened, and kept in step then.
  class Twin {
    constructor(place, options) {
      Object.assign(this, { options, told: [[], {}], table: null });
      const inside = element("div");
      this.details = element("details", { className: "twin" }, element("summary", { textContent: `Table: ${options.caption}` }), inside);
      this.details.addEventListener("toggle", () => {
        if (this.details.open && !this.table) this.table = new Table(inside, options);
        if (this.details.open) this.table.show(...this.told);
      });
      place.replaceChildren(this.details);
    }

    show(rows, more = {}) {
      this.told = [rows, more];
      if (this.table && this.details.open) this.table.show(rows, more);
    }
  }

  window.Tables = { Table, Twin, element, definition, money, count, decimal, percent, DASH };
})();
