// Why an advertiser's CPA moved: the parts of marts.cpa_change_by_affiliate, which add up to the change.
"use strict";
(() => {
  const { Figures: F, Tables: T, Charts, Sections, DATA: D } = window;
  const field = (id) => document.getElementById(id);
  const BARS = 8; // what is smaller is one bar
  const PERIODS = ["the day before", "the 7 days before"];
  const signed = (value) => `${value > 0 ? "+" : ""}${T.money(value)}`;

  const chart = new Charts.Chart(field("chart-change"), "change");
  const table = new T.Twin(field("change-table"), {
    caption: "Change of effective CPA by affiliate", file: "cpa-change",
    columns: [
      { key: "label", label: "Affiliate", kind: "text", isHeader: true },
      { key: "change_part", label: "Part of the change", kind: "signed", define: "cpa_change_by_affiliate.change_part" },
      { key: "rate_part", label: "by its CPA", kind: "signed", define: "cpa_change_by_affiliate.rate_part" },
      { key: "mix_part", label: "by its share", kind: "signed", define: "cpa_change_by_affiliate.mix_part" },
      { key: "conversions", label: "Conversions", kind: "count" },
      { key: "conversions_before", label: "Conversions before", kind: "count", define: "cpa_change_by_affiliate.conversions_before" },
      { key: "effective_cost", label: "Effective cost", kind: "money" },
      { key: "effective_cost_before", label: "Effective cost before", kind: "money", define: "cpa_change_by_affiliate.effective_cost_before" },
    ],
  });
  const NAMES = ["change_part", "rate_part", "mix_part", "conversions", "conversions_before", "effective_cost", "effective_cost_before"];
  let latest = null;

  function why(now) {
    latest = now;
    const columns = now.tables.change;
    const comparison = Number(field("comparison").value);
    const isOfDay = (row) => columns.period[row] === now.to && columns.comparison[row] === comparison;
    const rows = columns.period.map((_, row) => row).filter(isOfDay);
    const costs = F.sumBy(columns, ["effective_cost"], (row) => columns.advertiser[row], isOfDay);
    // without a choice, the advertiser that costs most
    const dearest = [...costs].sort(([, a], [, b]) => b.effective_cost - a.effective_cost)[0];
    const advertiser = now.advertiser ?? (dearest ? dearest[0] : null);
    const parts = rows.filter((row) => columns.advertiser[row] === advertiser)
      .map((row) => ({ label: now.affiliateLabel(columns.affiliate[row]), ...Object.fromEntries(NAMES.map((name) => [name, columns[name][row]])) }))
      .sort((a, b) => Math.abs(b.change_part) - Math.abs(a.change_part));
    const total = { label: "Sum" };
    for (const name of NAMES) total[name] = parts.reduce((sum, part) => sum + part[name], 0);
    field("why-body").hidden = !parts.length;
    const place = advertiser === null ? "" : `${now.advertiserLabel(advertiser)}, ${now.day(now.endOf(now.to))} against ${PERIODS[comparison]}: `;
    const others = now.affiliate === null ? "" : " All affiliates are shown, as the parts are of the whole.";
    if (!parts.length) {
      field("why-said").textContent = `${place}no change is known. Both periods must be complete and have a CPA; the page holds the last two weeks.`;
      return Promise.resolve();
    }
    const byChance = total.effective_cost && F.isChance(total.conversions, total.conversions_before, total.effective_cost_before / total.effective_cost);
    const chance = byChance ? ", which chance explains" : "";
    field("why-said").textContent = `${place}effective CPA ${total.change_part > 0 ? "rose" : total.change_part < 0 ? "fell" : "moved"} by ${T.money(Math.abs(total.change_part))}${chance}. To the right: made it dearer.${others}`;
    table.show(parts, { foot: [total], note: "The parts add up to the change." });
    const bars = parts.slice(0, BARS).filter((part) => part.change_part);
    const rest = parts.slice(BARS).reduce((sum, part) => sum + part.change_part, 0);
    if (rest) bars.push({ label: `${parts.length - BARS} others`, change_part: rest });
    const drawn = bars.map((part) => ({ label: part.label, part: part.change_part / F.SCALE }));
    return chart.show({ change: drawn }, `Parts of the change of effective CPA: ${bars.map((part) => `${part.label} ${signed(part.change_part)}`).join(", ")}`);
  }

  Sections.splice(2, 0, why);
  field("comparison").addEventListener("input", () => why(latest));
})();
