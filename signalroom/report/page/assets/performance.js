// The parts about conversions and money: the day's tiles, the days, why CPA moved, affiliates, sources.
"use strict";
(() => {
  const { Figures: F, Tables: T, Charts } = window;
  const D = window.DATA;
  const { element } = T;
  const field = (id) => document.getElementById(id);
  const sections = (window.Sections = []);
  const UP_IS_GOOD = 1, DOWN_IS_GOOD = -1, NEITHER = 0;

  const TILES = [
    { key: "effective_cpa", label: "Effective CPA", kind: "money", good: DOWN_IS_GOOD, note: "Redtrack’s cost and Everflow’s external payouts, per conversion of anyone." },
    { key: "conversions", label: "Conversions", kind: "count", good: UP_IS_GOOD, note: "Counted by Everflow." },
    { key: "revenue", label: "Revenue", kind: "money", good: UP_IS_GOOD, note: "By Everflow." },
    { key: "effective_cost", label: "Effective cost", kind: "money", good: NEITHER, note: "Redtrack’s cost and Everflow’s external payouts." },
    { key: "margin", label: "Margin", kind: "money", good: UP_IS_GOOD, note: "Everflow’s revenue less effective cost." },
    { key: "spend", label: "Media spend", kind: "money", good: NEITHER, note: "By Redtrack." },
    { key: "cpa", label: "Media CPA", kind: "money", good: DOWN_IS_GOOD, note: "Redtrack’s cost per Everflow conversion of internal affiliates." },
  ];

  const show = (tile, value) => (value === null ? T.DASH : tile.kind === "count" ? T.count(Math.round(value)) : T.money(value));

  // Whether chance explains the change of a count, or of a cost per count; of money nobody knows.
  function byChance(tile, today, before, days) {
    const count = tile.key === "cpa" ? "internal_conversions" : "conversions";
    const cost = { cpa: "spend", effective_cpa: "effective_cost" }[tile.key];
    if (tile.key !== "conversions" && !cost) return false;
    return F.isChance(today[count], before[count], cost ? (today[cost] ? before[cost] / today[cost] : 0) : days);
  }

  // The figures of some days before: a mean of sums, a ratio of sums; null where a day is not complete.
  function usual(now, back) {
    const from = now.to - back;
    if (from < 0 || !now.areDays(from, now.to)) return { lacking: "not on this page" };
    if (now.reasons.slice(from, now.to).some((reason) => reason)) return { lacking: "not complete" };
    const sums = now.sumOf(from, now.to - 1);
    const figures = F.figures(sums);
    return { sums, value: (tile) => (tile.key.endsWith("cpa") ? figures[tile.key] : tile.kind === "count" ? figures[tile.key] / back : F.ratio(figures[tile.key], back * F.SCALE)) };
  }

  function comparison(tile, label, today, before, days) {
    const value = before.lacking ? null : before.value(tile);
    const row = element("div", {}, element("dt", { textContent: label }));
    const told = element("dd", { textContent: before.lacking || show(tile, value) });
    row.append(told);
    if (value !== null && value > 0 && today[tile.key] !== null) {
      const part = today[tile.key] / value - 1;
      const size = `${Math.abs(part * 100) < 1 ? "under 1" : Math.round(Math.abs(part) * 100)}\u202f%`;
      const isChance = byChance(tile, today, before.sums, days);
      // money that follows its conversions is not better or worse by chance
      const follows = !tile.key.endsWith("cpa") && byChance(TILES.find(({ key }) => key === "conversions"), today, before.sums, days);
      const better = isChance || follows || !part ? NEITHER : Math.sign(part) * tile.good;
      const said = isChance ? "within chance" : part ? `${part > 0 ? "▲" : "▼"}\u00a0${size}` : "the same";
      told.append(element("span", { className: better > 0 ? "better" : better < 0 ? "worse" : "neutral", textContent: ` ${said}` }));
    }
    return row;
  }

  // The complete days of the month up to the day; null where the page does not reach back to its first.
  function monthToDate(now) {
    const first = `${now.endOf(now.to).slice(0, 8)}01`;
    const from = now.periodOf(first);
    if (now.starts[from] !== first) return null;
    const days = now.reasons.slice(from, now.to + 1);
    const sums = F.none();
    days.forEach((reason, at) => reason || F.plus(sums, now.byPeriod[from + at]));
    return { figures: F.figures(sums), complete: days.filter((reason) => !reason).length, days: days.length, areDays: now.areDays(from, now.to) };
  }

  // Of a day that is not loaded nothing is known; a week may have other days.
  const known = (now, period) => now.lengths[period] > 1 || now.reasons[period] !== "not loaded";

  sections.push(function tiles(now) {
    const today = F.figures(now.byPeriod[now.to]);
    const before = usual(now, 1), week = usual(now, 7), month = monthToDate(now);
    const isDay = now.lengths[now.to] === 1;
    const lacking = now.reasons[now.to];
    field("day-name").textContent = isDay ? now.day(now.endOf(now.to), true) : `Week of ${now.day(now.starts[now.to], true)}`;
    field("day-state").textContent = lacking ? `Not complete: ${lacking}` : "Complete";
    field("day-state").className = lacking ? "state worse" : "state better";
    const isOpen = (tile) => Boolean(field("tiles").querySelector(`[data-figure="${tile.key}"] details[open]`));
    const all = TILES.map((tile) => {
      const value = today[tile.key];
      const first = Math.max(0, Math.min(now.from, now.to - 6));
      const trend = now.byPeriod.slice(first, now.to + 1).map((sums, at) => (known(now, first + at) ? F.figures(sums)[tile.key] : null));
      const rows = element("dl", {}, comparison(tile, "Day before", today, before, 1), comparison(tile, "7-day mean", today, week, 7));
      const ofMonth = month && month.areDays;
      const monthly = ofMonth ? show(tile, month.figures[tile.key]) : "not on this page";
      const days = ofMonth ? (month.complete === month.days ? ` ${month.days} days` : ` ${month.complete} of ${month.days} days complete`) : "";
      rows.append(element("div", {}, element("dt", { textContent: "Month to date" }), element("dd", { textContent: monthly }, element("span", { className: "neutral", textContent: days }))));
      const why = value === null ? element("p", { className: "why", textContent: today[`${tile.key}_reason`] }) : null;
      const uncosted = tile.key.endsWith("cpa") && today.uncosted_conversions ? element("p", { className: "why", textContent: `${T.count(today.uncosted_conversions)} conversions have no known cost` }) : null;
      const meaning = element("details", { open: isOpen(tile) }, element("summary", { textContent: "What it is" }), element("p", {}, `${tile.note} `, ...T.definition(`daily_summary.${tile.key}`)));
      return element("article", { className: "tile", data: { figure: tile.key } }, element("h3", { textContent: tile.label }), element("p", { className: "value", textContent: show(tile, value) }), why, uncosted, Charts.sparkline(trend), rows, meaning);
    });
    field("tiles").replaceChildren(...all);
  });

  // ---- days
  const MONEY_COLUMNS = [
    { key: "conversions", label: "Conversions", kind: "count", define: "daily_summary.conversions", note: "By Everflow." },
    { key: "revenue", label: "Revenue", kind: "money", define: "daily_summary.revenue" },
    { key: "spend", label: "Media spend", kind: "money", define: "daily_summary.spend" },
    { key: "effective_cost", label: "Effective cost", kind: "money", define: "daily_summary.effective_cost" },
    { key: "margin", label: "Margin", kind: "money", define: "daily_summary.margin" },
    { key: "effective_cpa", label: "Effective CPA", kind: "money", define: "daily_summary.effective_cpa", title: (row) => row.effective_cpa_reason },
    { key: "cpa", label: "Media CPA", kind: "money", define: "daily_summary.cpa", title: (row) => row.cpa_reason },
  ];
  const days = ["money", "margin", "cpa"].map((name) => new Charts.Chart(field(`chart-${name}`), name));
  const daysTable = new T.Twin(field("days-table"), {
    caption: "Money and conversions by day", file: "days", sort: { key: "day", way: -1 },
    columns: [{ key: "day", label: "Day", kind: "text", isHeader: true }, ...MONEY_COLUMNS, { key: "state", label: "Complete?", kind: "text", define: "daily_summary.is_complete" }],
  });

  sections.push(function daily(now) {
    const rows = [], drawn = [];
    const asNumber = (value) => (value === null ? null : value / F.SCALE);
    for (let period = now.from; period <= now.to; period++) {
      const all = F.figures(now.byPeriod[period]);
      const figures = known(now, period) ? all : Object.fromEntries(Object.keys(all).map((name) => [name, null]));
      const reason = now.reasons[period];
      rows.push({ ...figures, day: now.starts[period], state: reason || "yes", className: reason ? "incomplete" : "" });
      drawn.push({ day: `${now.starts[period]}T00:00:00`, complete: !reason, ...Object.fromEntries(["revenue", "spend", "margin", "effective_cpa", "cpa"].map((name) => [name, asNumber(figures[name])])) });
    }
    const total = F.figures(now.sumOf(now.from, now.to));
    daysTable.show(rows, { foot: [{ ...total, day: "Sum", state: null }], note: "CPA of the sum is cost by conversions of all days, not a mean." });
    const label = (name) => `${name} by day, ${now.range}; the table below has the figures`;
    return Promise.all([
      days[0].show({ days: drawn }, label("Revenue and media spend")),
      days[1].show({ days: drawn }, label("Margin")),
      days[2].show({ days: drawn }, label(`Effective CPA (${total.effective_cpa === null ? "none" : T.money(total.effective_cpa)} over all days) and media CPA`)),
    ]);
  });

  // ---- affiliates
  const board = new T.Table(field("board"), {
    caption: "Affiliates", file: "affiliates", sort: { key: "revenue", way: -1 },
    columns: [
      { key: "rank", label: "Rank", kind: "count", ascending: true, define: "affiliate_leaderboard.affiliate_rank" },
      { key: "label", label: "Affiliate", kind: "text", isHeader: true, define: "fct_affiliate_daily.affiliate_label", title: (row) => row.id },
      { key: "conversions", label: "Conv.", kind: "count", define: "fct_affiliate_daily.conversions" },
      { key: "effective_cpa", label: "Effective CPA", kind: "money", define: "fct_affiliate_daily.effective_cpa", title: (row) => row.effective_cpa_reason },
      { key: "revenue", label: "Revenue", kind: "money", define: "fct_affiliate_daily.revenue" },
      { key: "change", label: "Change", kind: "change", define: "affiliate_leaderboard.rank_change", note: "Against as many days before.", mark: (row) => (row.change > 0 ? "better" : row.change < 0 ? "worse" : "") },
      { key: "share", label: "Share", kind: "rate", note: "Of the conversions in this selection." },
      { key: "cpa", label: "Media CPA", kind: "money", define: "fct_affiliate_daily.cpa", title: (row) => row.cpa_reason },
      { key: "margin", label: "Margin", kind: "money", define: "fct_affiliate_daily.margin", mark: (row) => (row.margin < 0 ? "worse" : "") },
      { key: "epc", label: "EPC", kind: "money", define: "fct_affiliate_daily.epc" },
      { key: "cvr", label: "CVR", kind: "rate", define: "fct_affiliate_daily.cvr" },
      { key: "kind", label: "Kind", kind: "text", define: "fct_affiliate_daily.is_internal" },
      { key: "advertiser", label: "Advertiser", kind: "text" },
      { key: "clicks", label: "Clicks", kind: "count", define: "fct_affiliate_daily.clicks" },
      { key: "effective_cost", label: "Effective cost", kind: "money", define: "fct_affiliate_daily.effective_cost" },
    ],
  });
  let latest = null;

  function leaderboard(now) {
    latest = now;
    const isRanked = ({ affiliate }) => D.affiliates[affiliate][0] > 0; // nobody competes as no affiliate
    const ranks = F.ranks(now.now, isRanked), before = F.ranks(now.before, isRanked);
    const asked = field("find").value.trim().toLowerCase(), kind = field("kind").value;
    const total = F.none();
    for (const group of now.now.values()) F.plus(total, group.sums);
    const found = F.none(), rows = [];
    for (const group of now.now.values()) {
      const label = now.affiliateLabel(group.affiliate), named = group.internal ? "internal" : "external";
      if (asked && !label.toLowerCase().includes(asked)) continue;
      if (kind && kind !== named) continue;
      F.plus(found, group.sums);
      const rank = ranks.get(group.key) ?? null, was = before.get(group.key) ?? null;
      const id = `Everflow id ${D.affiliates[group.affiliate][0]}`; // two may have one name
      rows.push({ ...F.figures(group.sums, true), id, rank, change: rank !== null && was !== null ? was - rank : null, label, advertiser: now.advertiserLabel(group.advertiser), kind: named, share: F.ratio(group.sums.conversions, total.conversions) });
    }
    const foot = { ...F.figures(found), label: "Sum", share: F.ratio(found.conversions, total.conversions) };
    const note = now.hasBefore ? "Ranked by revenue within advertiser and kind." : "Ranked by revenue within advertiser and kind; the page does not hold as many days before, so no change of rank is known.";
    board.show(rows, { foot: rows.length ? [foot] : [], note });
  }
  sections.push(leaderboard);
  for (const id of ["find", "kind"]) field(id).addEventListener("input", () => leaderboard(latest));

  // ---- sources
  const sources = new T.Table(field("sources"), {
    caption: "Traffic sources", file: "sources", sort: { key: "spend", way: -1 },
    columns: [
      { key: "label", label: "Source", kind: "text", isHeader: true, mark: (row) => (row.isMapped ? "" : "worse"), define: "fct_source_daily.redtrack_source" },
      { key: "spend", label: "Spend (Redtrack)", kind: "money", define: "fct_source_daily.spend" },
      { key: "share", label: "Share of spend", kind: "rate" },
      { key: "tracker_conversions", label: "Conversions (tracker)", kind: "count", define: "fct_source_daily.tracker_conversions" },
      { key: "tracker_cpa", label: "CPA (tracker)", kind: "money", define: "fct_source_daily.tracker_cpa" },
      { key: "estimated_conversions", label: "Conversions (estimate)", kind: "decimal", define: "fct_source_daily.estimated_conversions" },
      { key: "estimated_cpa", label: "CPA (estimate)", kind: "money", note: "Spend by the estimate of the network’s conversions." },
      { key: "tracker_clicks", label: "Clicks (tracker)", kind: "count", define: "fct_source_daily.tracker_clicks" },
      { key: "affiliate", label: "Affiliate", kind: "text", mark: (row) => (row.isMapped ? "" : "worse"), define: "fct_source_daily.is_mapped" },
      { key: "advertiser", label: "Advertiser", kind: "text" },
    ],
  });

  sections.push(function traffic(now) {
    const columns = now.tables.sources;
    const names = ["spend", "spend_rows", "tracker_clicks", "tracker_conversions", "estimated_conversions"];
    const key = (row) => [columns.source[row], columns.mapped[row], columns.advertiser[row], columns.affiliate[row]].join();
    const groups = F.sumBy(columns, names, key, now.fits(columns));
    const spend = [...groups.values()].reduce((sum, group) => sum + group.spend, 0);
    const rows = [...groups].map(([name, sums]) => {
      const [source, isMapped, advertiser, affiliate] = name.split(",").map(Number);
      const known = sums.spend_rows > 0;
      return {
        ...sums, isMapped, label: D.sources[source][1], affiliate: isMapped ? now.affiliateLabel(affiliate) : "not mapped", advertiser: now.advertiserLabel(advertiser), share: F.ratio(sums.spend, spend),
        tracker_cpa: known ? F.per(sums.spend, sums.tracker_conversions) : null, estimated_cpa: known ? F.ratio(sums.spend, sums.estimated_conversions) : null,
      };
    });
    sources.show(rows, { note: "Clicks and conversions are the tracker’s own count; estimates split the network’s conversions of an affiliate by the tracker’s." });
  });
})();
