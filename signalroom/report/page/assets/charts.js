// Charts, compiled from Vega-Lite to Vega when the page was written: drawn once, then given new rows; drawn again when light turns to dark.
"use strict";
(() => {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const printing = window.matchMedia("print");

  const waiting = new Set();
  let timer = 0;

  class Chart {
    // `spec` is of SPECS, which has it by day and by night; `size` may give a height for the width at hand
    constructor(place, spec, { size } = {}) {
      Object.assign(this, { place, spec, size, rows: {}, view: null, drawing: null });
      place.setAttribute("role", "img");
      Chart.all.push(this);
    }

    // rows by the name of their data set; `label` is what the chart says, in words. Charts that the
    // reader does not see come after those that they see.
    show(rows, label) {
      this.rows = rows;
      this.place.setAttribute("aria-label", label);
      timer ||= setTimeout(drawWaiting);
      if (this.isNear()) return this.update();
      waiting.add(this);
      return Promise.resolve();
    }

    isNear() {
      const { top, bottom } = this.place.getBoundingClientRect();
      return top < window.innerHeight && bottom > 0;
    }

    update() {
      waiting.delete(this);
      if (!this.view) return this.draw();
      for (const [name, values] of Object.entries(this.rows)) this.view.data(name, values);
      return this.view.runAsync();
    }

    draw() {
      this.drawing = (this.drawing || Promise.resolve()).then(() => this.embed());
      return this.drawing;
    }

    async embed() {
      if (!this.place.clientWidth) return; // hidden: nothing to show in this selection
      if (this.view) this.view.finalize();
      const theme = dark.matches && !printing.matches ? "dark" : "light";
      const spec = structuredClone(window.SPECS[theme][this.spec]);
      if (this.size) spec.height = this.size(this.place.clientWidth);
      const values = { atlas: window.US_STATES, ...this.rows };
      for (const set of spec.data) if (set.name in values) set.values = values[set.name];
      const options = { actions: false, renderer: "svg", ast: true, logLevel: 1, tooltip: { disableDefaultStyle: true } }; // it warns of no rows
      this.view = (await window.vegaEmbed(this.place, spec, options)).view;
      this.place.querySelector("svg").setAttribute("aria-hidden", "true"); // the label says it
    }
  }
  Chart.all = [];

  async function drawWaiting() {
    const root = document.documentElement;
    for (const chart of waiting) {
      await chart.update();
      await new Promise((go) => setTimeout(go)); // the reader comes first
    }
    timer = 0;
    root.dataset.drawn = performance.now().toFixed(0);
  }

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
