// The arithmetic of the page: sums of whole numbers, ratios of sums. It touches no document.
// Money and ratios are counted in ten-thousandths, as the marts hold them, so nothing is rounded
// before it is shown.
"use strict";
(() => {
  const SCALE = 10000;
  const SUMMED = ["clicks", "conversions", "spend_rows", "uncosted_conversions", "revenue", "spend", "effective_cost"];

  // {unit, values} of each column -> plain arrays; text and lists pass
  function decode(table) {
    const columns = {};
    for (const [name, column] of Object.entries(table || {})) {
      const { unit, values } = column;
      columns[name] = !Array.isArray(values) ? column : unit === 1 ? values : values.map((value) => (value === null ? null : value * unit));
    }
    return columns;
  }

  // As dbt's safe_divide: rounded once, half away from zero; null where the divisor is not above 0.
  // Both sides count the same unit; the answer is in ten-thousandths.
  function ratio(above, below) {
    if (above === null || below === null || !(below > 0)) return null;
    const n = BigInt(above), d = BigInt(below);
    const size = ((n < 0n ? -n : n) * 20000n + d) / (2n * d);
    return Number(n < 0n ? -size : size);
  }

  // money (ten-thousandths) by a count
  const per = (money, count) => ratio(money, count === null ? null : count * SCALE);

  const none = () => ({ clicks: 0, conversions: 0, internal_conversions: 0, spend_rows: 0, uncosted_conversions: 0, revenue: 0, spend: 0, effective_cost: 0, rows: 0 });

  function add(sums, columns, row) {
    for (const name of SUMMED) sums[name] += columns[name][row];
    if (columns.internal[row]) sums.internal_conversions += columns.conversions[row];
    sums.rows += 1;
  }

  function plus(sums, other) {
    for (const name of Object.keys(sums)) sums[name] += other[name];
    return sums;
  }

  // dbt's costed_cpa and cpa_reason
  function reason(sums, conversions) {
    if (sums.internal_conversions > 0 && sums.spend_rows === 0) return "no cost row";
    if (conversions < 0) return "conversions below zero";
    return conversions === 0 ? "no conversions" : null;
  }

  // The figures of a sum; `ownCpa` is an affiliate's: spend by all of its conversions.
  function figures(sums, ownCpa = false) {
    const bought = ownCpa ? sums.conversions : sums.internal_conversions;
    const whyMedia = ownCpa && sums.spend_rows === 0 ? "no cost row" : reason(sums, bought);
    const whyEffective = reason(sums, sums.conversions);
    return {
      ...sums,
      margin: sums.revenue - sums.effective_cost,
      cpa: whyMedia ? null : per(sums.spend, bought),
      cpa_reason: whyMedia,
      effective_cpa: whyEffective ? null : per(sums.effective_cost, sums.conversions),
      effective_cpa_reason: whyEffective,
      epc: per(sums.revenue, sums.clicks),
      cvr: ratio(sums.conversions, sums.clicks),
    };
  }

  // One pass over the rows: sums by period, and by affiliate in the range and in the one before.
  function sumUp(columns, periods, choice) {
    const byPeriod = Array.from({ length: periods }, none);
    const now = new Map(), before = new Map();
    const { advertiser, affiliate, from, to, beforeFrom } = choice;
    for (let row = 0; row < columns.period.length; row++) {
      if (advertiser !== null && columns.advertiser[row] !== advertiser) continue;
      if (affiliate !== null && columns.affiliate[row] !== affiliate) continue;
      const period = columns.period[row];
      add(byPeriod[period], columns, row);
      if (period > to || period < beforeFrom) continue;
      const groups = period >= from ? now : before;
      const key = (columns.advertiser[row] * 100000 + columns.affiliate[row]) * 2 + columns.internal[row];
      let group = groups.get(key);
      if (!group) groups.set(key, (group = { key, advertiser: columns.advertiser[row], affiliate: columns.affiliate[row], internal: columns.internal[row], sums: none() }));
      add(group.sums, columns, row);
    }
    return { byPeriod, now, before };
  }

  // Other tables: sums of some columns by a key, of the rows that a test lets through. A sum of
  // nothing but nulls is null, as in SQL.
  function sumBy(columns, names, keyOf, fits) {
    const groups = new Map();
    const length = columns.period ? columns.period.length : (columns.week || []).length;
    for (let row = 0; row < length; row++) {
      if (!fits(row)) continue;
      const key = keyOf(row);
      let sums = groups.get(key);
      if (!sums) groups.set(key, (sums = Object.fromEntries(names.map((name) => [name, null]))));
      for (const name of names) {
        const value = columns[name][row];
        if (value !== null) sums[name] += value;
      }
    }
    return groups;
  }

  // rank() over (partition by advertiser, internal order by revenue desc, conversions desc)
  function ranks(groups, isRanked) {
    const parts = new Map(), found = new Map();
    for (const group of groups.values()) {
      if (!isRanked(group)) continue;
      const part = `${group.advertiser}/${group.internal}`;
      parts.set(part, [...(parts.get(part) || []), group]);
    }
    for (const part of parts.values()) {
      part.sort((a, b) => b.sums.revenue - a.sums.revenue || b.sums.conversions - a.sums.conversions);
      part.forEach((group, place) => {
        const last = part[place - 1];
        const tied = last && last.sums.revenue === group.sums.revenue && last.sums.conversions === group.sums.conversions;
        found.set(group.key, tied ? found.get(last.key) : place + 1);
      });
    }
    return found;
  }

  // The rule of signalroom/report/words/chance.py: given the sum of two Poisson counts, today's part
  // is binomial. `days`: how many times today's exposure (days, or cost) the period before had.
  const logs = [0]; // of factorials
  function isChance(today, before, days) {
    if (Math.min(today, before) < 0 || !(days > 0)) return false;
    const total = today + before, share = 1 / (1 + days);
    for (let n = logs.length; n <= total; n++) logs.push(logs[n - 1] + Math.log(n));
    const chance = (count) => Math.exp(logs[total] - logs[count] - logs[total - count] + count * Math.log(share) + (total - count) * Math.log(1 - share));
    const observed = chance(today) * (1 + 1e-7);
    let likely = 0;
    for (let count = 0; count <= total; count++) {
      const each = chance(count);
      if (each <= observed) likely += each;
    }
    return likely >= 1 / 20;
  }

  // ten-thousandths -> whole hundredths, half away from zero
  const hundredths = (value) => Math.sign(value) * Math.floor((Math.abs(value) + 50) / 100);

  window.Figures = { SCALE, decode, ratio, per, none, plus, figures, sumUp, sumBy, ranks, isChance, hundredths };
})();
