// What the reader chooses: days, advertiser, affiliate. It is kept in the address, and every section
// is shown anew from the same sums.
"use strict";
(() => {
  const { DATA: D, Figures: F, Tables: T, Sections } = window;
  const starts = D.periods.starts, lengths = D.periods.days, last = starts.length - 1;
  const tables = Object.fromEntries(Object.entries(D.tables).map(([name, table]) => [name, table && F.decode(table)]));
  const field = (id) => document.getElementById(id);

  // text parts of an ISO day, so that no time zone can move it
  const MONTHS = "January February March April May June July August September October November December".split(" ");
  const day = (iso, withYear = false) => {
    const [year, month, date] = iso.split("-").map(Number);
    return `${MONTHS[month - 1]} ${date}${withYear ? `, ${year}` : ""}`;
  };
  const nextDay = (iso, days) => new Date(Date.parse(`${iso}T00:00:00Z`) + days * 864e5).toISOString().slice(0, 10);
  const endOf = (period) => nextDay(starts[period], lengths[period] - 1);

  // the period that a day is in; days outside come to the nearest
  function periodOf(iso) {
    let found = 0;
    for (let period = 0; period <= last; period++) if (starts[period] <= iso) found = period;
    return found;
  }

  const asOf = periodOf(D.asOf);
  const usual = { from: periodOf(D.from), to: asOf, advertiser: null, affiliate: null };
  const state = { ...usual };

  const isDay = (text) => /^\d{4}-\d{2}-\d{2}$/.test(text || "");
  const entry = (list, id) => {
    const found = list.findIndex(([one]) => String(one) === id);
    return found < 0 ? null : found;
  };

  function readAddress() {
    const asked = new URLSearchParams(location.search);
    if (isDay(asked.get("from"))) state.from = periodOf(asked.get("from"));
    if (isDay(asked.get("to"))) state.to = periodOf(asked.get("to"));
    if (state.from > state.to) state.from = state.to;
    state.advertiser = entry(D.advertisers, asked.get("advertiser"));
    state.affiliate = entry(D.affiliates, asked.get("affiliate"));
  }

  function writeAddress() {
    const said = new URLSearchParams();
    if (state.from !== usual.from) said.set("from", starts[state.from]);
    if (state.to !== usual.to) said.set("to", endOf(state.to));
    if (state.advertiser !== null) said.set("advertiser", D.advertisers[state.advertiser][0]);
    if (state.affiliate !== null) said.set("affiliate", D.affiliates[state.affiliate][0]);
    const text = said.toString();
    history.replaceState(null, "", `${location.pathname}${text ? `?${text}` : ""}${location.hash}`);
  }

  // The first of so many days up to the last chosen one.
  const daysBack = (days) => periodOf(nextDay(endOf(state.to), 1 - days));

  const PRESETS = {
    day: () => state.to,
    week: () => daysBack(7),
    month: () => periodOf(`${endOf(state.to).slice(0, 8)}01`),
    all: () => Math.min(usual.from, state.to),
  };

  // What all sections need of a choice.
  function context() {
    const length = state.to - state.from + 1;
    const areDays = (from, to) => lengths.slice(from, to + 1).every((days) => days === 1);
    const isLoaded = (reason) => reason !== "not loaded";
    const hasBefore = state.from - length >= 0 && areDays(state.from - length, state.to)
      && D.periods.reasons.slice(state.from - length, state.from).every(isLoaded);
    const choice = { ...state, beforeFrom: hasBefore ? state.from - length : state.from };
    const summed = F.sumUp(tables.affiliates, starts.length, choice);
    const fits = (columns, { affiliate = true, advertiser = true } = {}) => (row) => {
      const period = columns.period[row];
      return period >= state.from && period <= state.to
        && (!advertiser || state.advertiser === null || columns.advertiser[row] === state.advertiser)
        && (!affiliate || state.affiliate === null || columns.affiliate[row] === state.affiliate);
    };
    const sumOf = (from, to) => summed.byPeriod.slice(from, to + 1).reduce(F.plus, F.none());
    return {
      ...summed, ...state, hasBefore, tables, fits, sumOf, areDays, day, starts, lengths, endOf, periodOf,
      reasons: D.periods.reasons, ordersReasons: D.periods.ordersReasons,
      range: starts[state.from] === endOf(state.to) ? day(endOf(state.to), true) : `${day(starts[state.from])} to ${day(endOf(state.to), true)}`,
      advertiserLabel: (index) => D.advertisers[index][1],
      affiliateLabel: (index) => D.affiliates[index][1],
    };
  }

  function showChoice(now) {
    field("from").value = starts[state.from];
    field("to").value = endOf(state.to);
    field("advertiser").value = state.advertiser ?? "";
    field("affiliate").value = state.affiliate ?? "";
    const presets = [...document.querySelectorAll("[data-preset]")];
    const pressed = presets.find((button) => PRESETS[button.dataset.preset]() === state.from);
    for (const button of presets) button.setAttribute("aria-pressed", String(button === pressed));
    for (const place of document.querySelectorAll("[data-range]")) place.textContent = now.range;
    // what knows fewer dimensions than were chosen says so
    const chosen = { affiliate: state.affiliate !== null, advertiser: state.advertiser !== null };
    for (const place of document.querySelectorAll("[data-lacks]")) {
      const lacking = place.dataset.lacks.split(" ").filter((name) => chosen[name]);
      place.hidden = !lacking.length;
      place.textContent = lacking.length ? `This part knows no ${lacking.join(" and no ")}: the filter does not act on it.` : "";
    }
    const weeks = D.span.byDayFrom && starts[state.from] < D.span.byDayFrom;
    field("coarse").textContent = [
      weeks ? `Days before ${day(D.span.byDayFrom, true)} are summed to weeks (Monday to Sunday): the range begins with a whole one.` : "",
      D.span.named ? `The ${D.span.named} affiliates with most money are named; all others are one, “Other affiliates”.` : "",
    ].join(" ").trim();
  }

  let drawn = Promise.resolve();
  function render() {
    const began = performance.now();
    const now = context();
    showChoice(now);
    drawn = Promise.all(Sections.map((section) => section(now)));
    return drawn.then(() => {
      document.documentElement.dataset.took = (performance.now() - began).toFixed(1);
    });
  }

  function change(changes) {
    Object.assign(state, changes);
    if (state.from > state.to) state[changes.to === undefined ? "to" : "from"] = state[changes.to === undefined ? "from" : "to"];
    writeAddress();
    return render();
  }

  function options(select, list, everything) {
    const sorted = list.map(([, label], index) => [label, index]).sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true }));
    const twice = new Set(list.map(([, label]) => label).filter((label, at, all) => all.indexOf(label) !== at));
    select.append(T.element("option", { value: "", textContent: everything }));
    for (const [label, index] of sorted) {
      select.append(T.element("option", { value: index, textContent: twice.has(label) ? `${label} (${list[index][0]})` : label }));
    }
    select.addEventListener("change", () => change({ [select.id]: select.value === "" ? null : Number(select.value) }));
  }

  function start() {
    options(field("advertiser"), D.advertisers, "All advertisers");
    options(field("affiliate"), D.affiliates, "All affiliates");
    for (const end of ["from", "to"]) {
      Object.assign(field(end), { min: starts[0], max: endOf(last) });
      field(end).addEventListener("change", () => isDay(field(end).value) && change({ [end]: periodOf(field(end).value) }));
    }
    for (const button of document.querySelectorAll("[data-preset]")) {
      button.addEventListener("click", () => change({ from: PRESETS[button.dataset.preset]() }));
    }
    field("reset").addEventListener("click", () => change({ ...usual }));
    readAddress();
    render().then(() => {
      document.documentElement.dataset.ready = performance.now().toFixed(0); // what tests and the bench wait for
    });
    window.Page = { change, state };
  }

  start();
})();
