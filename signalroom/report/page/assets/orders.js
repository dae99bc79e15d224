// The parts about orders and people: states, cohorts, the month's plan, funnel, e-mail; and the inputs.
"use strict";
(() => {
  const { Figures: F, Tables: T, Charts, Sections, DATA: D } = window;
  const { element } = T;
  const field = (id) => document.getElementById(id);
  const FEW = 20; // a rate of fewer orders says nothing

  // ---- states
  const RATES = {
    decline: { label: "Decline rate", of: "orders", value: (sums) => F.ratio(sums.declined_orders, sums.orders), show: (value) => T.percent(value) },
    aov: { label: "Order value", of: "approved_orders", value: (sums) => F.per(sums.revenue, sums.approved_orders), show: (value) => T.money(value) },
  };
  const maps = Object.fromEntries(Object.keys(RATES).map((name) => [name, new Charts.Chart(field(`chart-${name}`), name, { size: (width) => Math.round(width * 0.62) })]));
  const statesTable = new T.Twin(field("states-table"), {
    caption: "Orders by state", file: "states", sort: { key: "orders", way: -1 },
    columns: [
      { key: "name", label: "State", kind: "text", isHeader: true, define: "fct_state_daily.state_name" },
      { key: "kind", label: "Kind", kind: "text", define: "fct_state_daily.state_kind" },
      { key: "orders", label: "Orders", kind: "count", define: "fct_state_daily.orders" },
      { key: "share", label: "Share", kind: "rate" },
      { key: "approved_orders", label: "Approved", kind: "count", define: "fct_state_daily.approved_orders" },
      { key: "revenue", label: "Order revenue", kind: "money", define: "fct_state_daily.revenue" },
      { key: "aov", label: "Order value", kind: "money", define: "state_heatmap.aov" },
      { key: "decline", label: "Decline rate", kind: "rate", define: "state_heatmap.decline_rate" },
    ],
  });
  let latest = null;

  function states(now) {
    latest = now;
    const columns = now.tables.states;
    const sums = F.sumBy(columns, ["orders", "approved_orders", "declined_orders", "revenue"], (row) => columns.state[row], now.fits(columns, { affiliate: false }));
    const kinds = D.stateKinds;
    const all = [...sums].map(([state, sum]) => {
      const [code, name] = D.states[state];
      return { ...sum, name, kind: kinds[code] || "unknown", decline: RATES.decline.value(sum), aov: RATES.aov.value(sum) };
    });
    const total = { name: "Sum", orders: 0, approved_orders: 0, declined_orders: 0, revenue: 0 };
    for (const row of all) for (const name of ["orders", "approved_orders", "declined_orders", "revenue"]) total[name] += row[name];
    for (const row of [...all, total]) row.share = F.ratio(row.orders, total.orders);
    Object.assign(total, { decline: RATES.decline.value(total), aov: RATES.aov.value(total) });
    field("states-body").hidden = !all.length;
    field("states-none").hidden = Boolean(all.length);
    statesTable.show(all, { foot: [total] });
    const off = all.filter(({ kind }) => kind !== "state" && kind !== "district").sort((a, b) => b.orders - a.orders);
    field("off-map").textContent = off.length ? `Not on the map: ${off.map(({ name, orders }) => `${name} ${T.count(orders)}`).join(", ")}.` : "";
    const lacking = now.ordersReasons.slice(now.from, now.to + 1).filter((reason) => reason).length;
    field("orders-lack").textContent = lacking ? `Orders are not complete for ${lacking} of ${now.to - now.from + 1} ${now.areDays(now.from, now.to) ? "days" : "days and weeks"}.` : "";
    const chosen = field("rate").value, rate = RATES[chosen];
    const drawn = all.map((row) => ({ name: row.name, orders: row.orders, value: row[rate.of] < FEW || row[chosen] === null ? null : row[chosen] / F.SCALE, shown: row[chosen] === null ? T.DASH : rate.show(row[chosen]) }));
    const isKnown = drawn.some(({ value }) => value !== null);
    for (const name of Object.keys(RATES)) field(`chart-${name}`).hidden = name !== chosen || !isKnown;
    const shown = total[chosen] === null ? "none" : rate.show(total[chosen]);
    field("states-said").textContent = `${rate.label} of all: ${shown}. ${isKnown ? `Grey: fewer than ${FEW} orders.` : `No state has ${FEW} orders, and so none has a rate that says something.`}`;
    if (!isKnown) return Promise.resolve();
    return maps[chosen].show({ states: drawn }, `${rate.label} by state, ${now.range}; of all ${shown}. The table below has the figures.`);
  }
  Sections.push(states);
  field("rate").addEventListener("input", () => states(latest));

  // ---- cohorts
  const rateOf = (name, age) => ({ name, age, key: `${name}${age}`, kind: "rate" });
  const AGED = [
    { ...rateOf("refunded_orders", 30), label: "Refunded by day 30", define: "fct_order_cohorts.refund_rate" },
    { ...rateOf("refunded_orders", 90), label: "by day 90" },
    { ...rateOf("chargeback_orders", 90), label: "Charged back by day 90", define: "fct_order_cohorts.chargeback_rate" },
    { ...rateOf("chargeback_orders", 180), label: "by day 180" },
  ];
  const cohorts = new T.Table(field("cohorts"), {
    caption: "Orders by week of the order", file: "cohorts", sort: { key: "week", way: -1 },
    columns: [
      { key: "week", label: "Week of", kind: "text", isHeader: true },
      { key: "orders", label: "Orders", kind: "count", define: "fct_order_cohorts.orders" },
      { key: "approved_orders", label: "Approved", kind: "count", define: "fct_order_cohorts.approved_orders" },
      { key: "approval_rate", label: "Approval rate", kind: "rate", define: "fct_order_cohorts.approval_rate" },
      ...AGED,
    ],
  });
  Sections.push(function byCohort(now) {
    const columns = now.tables.cohorts;
    const names = ["orders", "approved_orders", "refunded_orders", "chargeback_orders"];
    const fits = (row) => columns.weeks[columns.week[row]] <= now.endOf(now.to) && (now.advertiser === null || columns.advertiser[row] === now.advertiser);
    const sums = F.sumBy(columns, names, (row) => columns.week[row] * 1000 + columns.age[row], fits);
    const rows = columns.weeks.map((week, number) => {
      const at = (age) => sums.get(number * 1000 + age) || {};
      const first = at(0);
      const aged = AGED.map(({ name, age, key }) => [key, F.ratio(at(age)[name] ?? null, at(age).approved_orders ?? null)]);
      return { week, orders: first.orders, approved_orders: first.approved_orders, approval_rate: F.ratio(first.approved_orders ?? null, first.orders ?? null), ...Object.fromEntries(aged) };
    });
    cohorts.show(rows.filter(({ orders }) => orders !== undefined), { note: "Whole weeks up to that of the last day chosen, of the half year before the report’s day. A rate is of the orders that are old enough for it." });
  });

  // ---- plan of the month
  const plan = new T.Table(field("pace"), {
    caption: "The month against its plan", file: "pace",
    columns: [
      { key: "label", label: "Advertiser", kind: "text", isHeader: true },
      { key: "target_basis", label: "Plan of", kind: "text", define: "budget_pace.target_basis", show: (value) => value.replaceAll("_", " ") },
      { key: "budget", label: "Budget", kind: "money", define: "budget_pace.budget" },
      { key: "cost_to_date", label: "Cost so far", kind: "money", define: "budget_pace.cost_to_date" },
      { key: "budget_used_rate", label: "Used", kind: "rate", define: "budget_pace.budget_used_rate" },
      { key: "pace", label: "Pace", kind: "decimal", define: "budget_pace.pace", show: (value) => T.decimal(value, 2), note: "1.00 is on plan." },
      { key: "projected_cost", label: "Heading for", kind: "money", define: "budget_pace.projected_cost" },
      { key: "remaining_per_day", label: "Left a day", kind: "money", define: "budget_pace.remaining_per_day" },
      { key: "cpa_to_date", label: "CPA so far", kind: "money", define: "budget_pace.cpa_to_date" },
      { key: "target_cpa", label: "Target CPA", kind: "money", define: "budget_pace.target_cpa" },
    ],
  });
  Sections.push(function pace(now) {
    field("pace-part").hidden = !D.pace.length;
    if (!D.pace.length) return;
    const rows = D.pace.filter((row) => now.advertiser === null || row.advertiser === now.advertiser);
    const { month, complete_days: complete, days_in_month: days } = D.pace[0];
    plan.show(rows.map((row) => ({ ...row, label: now.advertiserLabel(row.advertiser) })), { note: `${month}: ${complete} of ${days} days are complete. The plan is the month’s, whatever days are chosen.` });
  });

  // ---- funnel and e-mail
  const funnel = new T.Table(field("funnel"), {
    caption: "Funnel", file: "funnel",
    columns: [
      { key: "step", label: "Step", kind: "text", isHeader: true, define: "fct_funnel_daily.event_name" },
      { key: "persons", label: "Entries", kind: "count", define: "fct_funnel_daily.persons", note: "Persons by day: whoever enters on two days is two." },
      { key: "of_all", label: "Of all", kind: "rate", define: "fct_funnel_daily.funnel_rate" },
      { key: "of_before", label: "Of the step before", kind: "rate", define: "fct_funnel_daily.step_rate" },
    ],
  });
  const everyone = { affiliate: false, advertiser: false };
  Sections.push(function steps(now) {
    const columns = now.tables.funnel;
    field("funnel-part").hidden = !columns.period.length;
    const sums = F.sumBy(columns, ["persons"], (row) => columns.step[row], now.fits(columns, everyone));
    const found = [...sums].sort(([a], [b]) => a - b).map(([step, { persons }]) => ({ step: columns.names[step], persons }));
    funnel.show(found.map((row, at) => ({ ...row, of_all: F.ratio(row.persons, found[0].persons), of_before: at ? F.ratio(row.persons, found[at - 1].persons) : null })));
  });

  const MAIL = ["sent", "read_of_sent", "clicked_of_sent", "bounced", "unsubscribed"];
  const email = new T.Table(field("email"), {
    caption: "E-mail", file: "email", sort: { key: "sent", way: -1 },
    columns: [
      { key: "name", label: "E-mail", kind: "text", isHeader: true, define: "fct_email_daily.email_name" },
      { key: "sent", label: "Sent", kind: "count", define: "fct_email_daily.sent" },
      { key: "read_of_sent", label: "Read", kind: "count", define: "fct_email_daily.read_of_sent" },
      { key: "read_rate", label: "Read rate", kind: "rate" },
      { key: "clicked_of_sent", label: "Clicked", kind: "count", define: "fct_email_daily.clicked_of_sent" },
      { key: "click_rate", label: "Click rate", kind: "rate" },
      { key: "bounced", label: "Bounced", kind: "count", define: "fct_email_daily.bounced" },
      { key: "unsubscribed", label: "Unsubscribed", kind: "count", define: "fct_email_daily.unsubscribed" },
    ],
  });
  Sections.push(function mails(now) {
    const columns = now.tables.email;
    field("email-part").hidden = !columns.period.length;
    const sums = F.sumBy(columns, MAIL, (row) => columns.email[row], now.fits(columns, everyone));
    const rates = (sum) => ({ ...sum, read_rate: F.ratio(sum.read_of_sent, sum.sent), click_rate: F.ratio(sum.clicked_of_sent, sum.sent) });
    const total = Object.fromEntries(MAIL.map((name) => [name, [...sums.values()].reduce((sum, one) => sum + one[name], 0)]));
    email.show([...sums].map(([number, sum]) => ({ name: D.emails[number][1], ...rates(sum) })), { foot: sums.size ? [{ name: "Sum", ...rates(total) }] : [] });
  });

  // ---- inputs
  const inputs = new T.Table(field("inputs"), {
    caption: "What was loaded", file: "inputs",
    columns: [
      { key: "source", label: "Source", kind: "text", isHeader: true },
      { key: "through", label: "Complete through", kind: "text", note: "Every day up to it was read after it was over." },
      { key: "run", label: "Newest load (UTC)", kind: "text" },
      { key: "verdict", label: "Verdict", kind: "text", mark: (row) => (row.isGood ? "" : "worse") },
      { key: "rows", label: "Rows", kind: "count" },
      { key: "rejected", label: "Rejected", kind: "count", note: "In the newest load.", mark: (row) => (row.rejected ? "worse" : "") },
    ],
  });
  inputs.show(D.inputs);
  Sections.push(function completeness(now) {
    const strip = [], lacking = [], orders = [];
    for (let period = now.from; period < now.starts.length; period++) { // later days too
      const reason = now.reasons[period], day = now.day(now.starts[period]);
      strip.push(element("span", { className: reason ? "lacks" : "", title: `${day}: ${reason || "complete"}` }));
      if (reason) lacking.push(`${day}: ${reason}`);
      if (now.ordersReasons[period]) orders.push(`${day}, orders: ${now.ordersReasons[period]}`);
    }
    const complete = strip.length - lacking.length;
    const units = now.areDays(now.from, now.starts.length - 1) ? "days" : "days and weeks";
    field("strip").replaceChildren(...strip);
    field("strip").setAttribute("aria-label", `${complete} of ${strip.length} are complete`);
    field("strip-said").textContent = `${complete} of ${strip.length} ${units} from ${now.day(now.starts[now.from])} to the newest are complete, ${strip.length - orders.length} in orders.`;
    lacking.push(...orders);
    field("lacking").replaceChildren(...lacking.map((text) => element("li", { textContent: text })));
  });
})();
