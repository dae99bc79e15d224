// Vega-Lite charts: drawn once, then given new rows; drawn again when light turns to dark.
"use strict";
(() => {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const printing = window.matchMedia("print");

  // Puts rows into the data sets that a spec names, wherever it does.
  function fill(part, rows) {
    if (part.data && part.data.name in rows) part.data.values = rows[part.data.name];
    for (const child of Object.values(part)) {
      if (child && typeof child === "object" && child !== part.data?.values) fill(child, rows);
    }
  }

  class Chart {
    // `spec` is of SPECS; `size` may give a height for the width at hand
    constructor(place, spec, { size } = {}) {
      Object.assign(this, { place, spec, size, rows: {}, view: null, drawing: null });
      place.setAttribute("role", "img");
      Chart.all.push(this);
    }

    // rows by the name of their data set; `label` is what the chart says, in words
    async show(rows, label) {
      this.rows = rows;
      this.place.setAttribute("aria-label", label);
      if (!this.view) return this.draw();
      for (const [name, values] of Object.entries(rows)) this.view.data(name, values);
      return this.view.runAsync();
    }

    draw() {
      this.drawing = (this.drawing || Promise.resolve()).then(() => this.embed());
      return this.drawing;
    }

    async embed() {
      if (!this.place.clientWidth) return; // hidden: nothing to show in this selection
      if (this.view) this.view.finalize();
      const spec = structuredClone(window.SPECS.charts[this.spec]);
      if (this.size) spec.height = this.size(this.place.clientWidth);
      fill(spec, { atlas: window.US_STATES, ...this.rows });
      const theme = dark.matches && !printing.matches ? "dark" : "light";
      const options = { actions: false, renderer: "svg", ast: true, config: window.SPECS.themes[theme], tooltip: { disableDefaultStyle: true } };
      this.view = (await window.vegaEmbed(this.place, spec, options)).view;
    }
  }
  Chart.all = [];

  const redraw = () => Promise.all(Chart.all.filter((chart) => chart.view).map((chart) => chart.draw()));
  dark.addEventListener("change", redraw);
  printing.addEventListener("change", redraw);

  // A line of the last days for a tile; an unknown day is a gap.
  function sparkline(values) {
    const known = values.filter((value) => value !== null);
    const width = 120, height = 28;
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.setAttribute("preserveAspectRatio", "none");
    svg.setAttribute("aria-hidden", "true");
    svg.setAttribute("class", "trend");
    if (known.length < 2) return svg;
    const low = Math.min(0, ...known), high = Math.max(...known, low + 1);
    const x = (day) => 2 + (day * (width - 4)) / (values.length - 1);
    const y = (value) => height - 2 - ((value - low) * (height - 4)) / (high - low);
    let path = "", isOpen = false;
    values.forEach((value, day) => {
      if (value !== null) path += `${isOpen ? "L" : "M"}${x(day).toFixed(1)} ${y(value).toFixed(1)}`;
      isOpen = value !== null;
    });
    const line = document.createElementNS(svg.namespaceURI, "path");
    line.setAttribute("d", path);
    svg.append(line);
    return svg;
  }

  window.Charts = { Chart, sparkline };
})();
