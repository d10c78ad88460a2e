// The list of gaps: standalone buildings first, then by days unmanaged; read page by page.
"use strict";

const GAPS_PER_PAGE = 100;

fugai.GapList = class {
  constructor(view) {
    this.view = view;
    this.asked = null;
    this.sites = [];
  }

  /** Show the list for what the filter keeps; it is read when its tab is open. */
  show(kept) {
    const { parts, amounts } = this.view;
    this.count = fugai.sumOf(kept.filter((row) => !row.properties.covered), "sites");
    parts["gap-count"].textContent = amounts.count(this.count);
    if (parts.gaps.hidden) return;
    const { town, category, management_type, inspection_status } = this.view.filter;
    const key = JSON.stringify([town, [...category], [...management_type], [...inspection_status]]);
    if (this.asked === key) return;
    this.asked = key;
    this.sites = [];
    this.more();
  }

  /** What was read may not hold any more. */
  forget() {
    this.asked = null;
  }

  async more() {
    const { asked } = this;
    if (this.count === 0) return this.draw();
    try {
      const found = await this.view.register.gaps(this.view.filter, this.sites.length);
      if (asked !== this.asked) return;
      this.sites.push(...found);
      this.draw();
    } catch (error) {
      console.error(error);
      if (asked !== this.asked) return;
      this.asked = null;
      const { parts, words } = this.view;
      parts.gaps.replaceChildren(fugai.element("div", { class: "fugai-note" }, words.failed));
    }
  }

  draw() {
    const { view } = this;
    const { parts, words, amounts } = view;
    const rows = this.sites.map((site) => this.row(site));
    const left = this.count - this.sites.length;
    if (left > 0 && rows.length > 0) {
      rows.push(
        fugai.element(
          "button",
          { type: "button", class: "btn w-100 fugai-more", onclick: () => this.more() },
          fugai.fill(words.more, { count: amounts.count(left) }),
        ),
      );
    }
    if (rows.length === 0) rows.push(fugai.element("div", { class: "fugai-note" }, words.no_gaps));
    parts.gaps.replaceChildren(...rows);
  }

  row(site) {
    const { view } = this;
    const since = site.properties.uncovered_since;
    const days = since ? fugai.daysBetween(since, view.config.subject.on) : 0;
    return fugai.element(
      "button",
      { type: "button", class: "fugai-gap", onclick: () => view.open(site, true) },
      fugai.element("span", { class: "fugai-gap-name" }, site.properties.name),
      fugai.element("span", { class: "fugai-gap-note" }, view.whereabouts(site)),
      fugai.element("span", { class: "fugai-gap-days" }, fugai.fill(view.words.since, { days })),
    );
  }
};
