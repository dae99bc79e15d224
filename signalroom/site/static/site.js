"use strict";
// Search on every page, the menu on small ones, the filter of the dictionary. Nothing is fetched:
// the index is a script, since pages opened from disk may read no files.
(() => {
  const top = document.body.dataset.top;
  const words = (text) => text.toLowerCase().split(/\s+/).filter(Boolean);
  document.documentElement.classList.add("js");

  const menu = document.getElementById("menu");
  const button = document.querySelector("button.menu");
  button.hidden = false;
  button.addEventListener("click", () => {
    button.setAttribute("aria-expanded", menu.classList.toggle("open"));
  });

  const input = document.getElementById("search");
  const list = document.getElementById("found");
  let chosen = -1;
  input.parentElement.hidden = false;

  const load = () => {
    if (window.SITE_INDEX || document.querySelector("script.index")) return;
    const script = document.createElement("script");
    script.className = "index";
    script.src = top + "search.js";
    script.addEventListener("load", search);
    document.head.append(script);
  };

  // A word in the title weighs more than one in the text; all words must be somewhere.
  const weight = (asked, [title, place, , text]) => {
    const head = title.toLowerCase();
    const rest = (place + " " + text).toLowerCase();
    let sum = head === asked.join(" ") ? 8 : 0;
    for (const word of asked) {
      if (head.startsWith(word)) sum += 5;
      else if (head.includes(word)) sum += 3;
      else if (rest.includes(word)) sum += 1;
      else return 0;
    }
    return sum + (place === "mart" ? 1 : 0);
  };

  const search = () => {
    const asked = words(input.value);
    const hits = !asked.length || !window.SITE_INDEX ? [] : window.SITE_INDEX
      .map((entry) => [weight(asked, entry), entry])
      .filter(([sum]) => sum)
      .sort((one, other) => other[0] - one[0])
      .slice(0, 15);
    list.replaceChildren(...hits.map(([, [title, place, page, text]], number) => {
      const item = document.createElement("li");
      const name = document.createElement("b");
      const more = document.createElement("small");
      item.id = "found-" + number;
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", "false");
      item.dataset.page = page;
      name.textContent = title;
      more.textContent = place + (text ? ": " + text : "");
      item.append(name, more);
      return item;
    }));
    if (asked.length && !hits.length && window.SITE_INDEX) {
      const nothing = document.createElement("li");
      nothing.setAttribute("role", "option");
      nothing.setAttribute("aria-disabled", "true");
      nothing.textContent = "Nothing found";
      list.append(nothing);
    }
    show(asked.length > 0 && list.children.length > 0);
    choose(hits.length ? 0 : -1);
  };
  const show = (open) => {
    list.hidden = !open;
    input.setAttribute("aria-expanded", open);
    if (!open) input.removeAttribute("aria-activedescendant");
  };
  const choose = (number) => {
    const items = [...list.querySelectorAll("[data-page]")];
    chosen = items.length ? (number + items.length) % items.length : -1;
    items.forEach((item, place) => item.setAttribute("aria-selected", place === chosen));
    if (chosen < 0) return;
    input.setAttribute("aria-activedescendant", items[chosen].id);
    items[chosen].scrollIntoView({ block: "nearest" });
  };
  const go = (item) => {
    show(false);
    input.blur();
    location.href = top + item.dataset.page;
  };
  input.addEventListener("focus", () => { load(); search(); });
  input.addEventListener("input", search);
  input.addEventListener("blur", () => show(false));
  input.addEventListener("keydown", (event) => {
    const item = list.querySelector('[aria-selected="true"]');
    if (event.key === "ArrowDown") choose(chosen + 1);
    else if (event.key === "ArrowUp") choose(chosen - 1);
    else if (event.key === "Enter" && item) go(item);
    else if (event.key === "Escape") { input.value = ""; search(); input.blur(); } else return;
    event.preventDefault();
  });
  list.addEventListener("mousedown", (event) => {
    const item = event.target.closest("[data-page]");
    event.preventDefault(); // the field keeps the focus until we have gone
    if (item) go(item);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
    event.preventDefault();
    input.focus();
  });

  const filter = document.getElementById("filter");
  if (!filter) return;
  filter.parentElement.hidden = false;
  const marts = [...document.querySelectorAll(".mart")].map((mart) => ({
    mart,
    text: (mart.id + " " + mart.querySelector(".about").textContent).toLowerCase(),
    columns: [...mart.querySelectorAll(".column")].map((column) => ({
      column, text: column.textContent.toLowerCase(),
    })),
  }));
  const apply = () => {
    const asked = words(filter.value);
    let count = 0;
    for (const { mart, text, columns } of marts) {
      let shown = 0;
      for (const column of columns) {
        // words may be told apart: one names the mart, the other the column
        const own = asked.some((word) => column.text.includes(word));
        const fits = asked.every((word) => column.text.includes(word) || mart.id.includes(word));
        column.column.hidden = !(fits && (own || asked.every((word) => mart.id.includes(word))));
        shown += !column.column.hidden;
      }
      mart.hidden = shown === 0 && !asked.every((word) => text.includes(word));
      count += shown;
    }
    for (const subject of document.querySelectorAll("h2.subject")) {
      let next = subject.nextElementSibling;
      let shown = false;
      for (; next && next.matches(".mart"); next = next.nextElementSibling) shown ||= !next.hidden;
      subject.hidden = !shown;
    }
    const columns = count + (count === 1 ? " column" : " columns");
    filter.nextElementSibling.textContent = asked.length ? columns : "";
  };
  filter.addEventListener("input", () => {
    apply();
    window.scrollTo(0, 0);
  });
  window.addEventListener("hashchange", () => {
    const aim = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (aim && aim.closest("[hidden]")) {
      filter.value = "";
      apply();
      aim.scrollIntoView();
    }
  });
})();
