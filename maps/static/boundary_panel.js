// The panel beside the map: figures, problems with what could be done, proposals, parts.
"use strict";

const PIECE_STYLE = { color: "#b91c1c", weight: 2, fillColor: "#dc2626", fillOpacity: 0.45, dashArray: "4 3", radius: 8 };
const LOUD = { weight: 5, fillOpacity: 0.75 };

fugai.BoundaryPanel = class {
  /** `acts`: shape, words, sources, onTake(proposal). */
  constructor(map, root, acts) {
    Object.assign(this, { map, root, acts });
    map.createPane("fugai-pieces").style.zIndex = 460;
    map.getPane("fugai-pieces").style.pointerEvents = "none";
    this.renderer = L.svg({ pane: "fugai-pieces", padding: 0.5 });
    this.pieces = L.layerGroup().addTo(map);
    this.sample = L.layerGroup().addTo(map);
    this.problems = [];
    this.proposals = [];
  }

  part(name) {
    return this.root.querySelector(`[data-part="${name}"]`);
  }

  button(text, onclick, kind = "btn-sm") {
    return fugai.element("button", { type: "button", class: `btn ${kind}`, onclick }, text);
  }

  drawn(geometry, style) {
    const options = { style, interactive: false, pane: "fugai-pieces", renderer: this.renderer };
    const pointToLayer = (_, at) => L.circleMarker(at, { ...style, ...options });
    return L.geoJSON(geometry, { ...options, pointToLayer });
  }

  showState() {
    const { shape, words, sources, version } = this.acts;
    const badge = this.part("state");
    const [text, kind] = shape.isDirty
      ? [words.unsaved, "bg-orange text-white"]
      : shape.isEmpty
        ? [words.unlocated, "bg-yellow-lt"]
        : [fugai.fill(words.saved, { version: version() }), "bg-green-lt"];
    badge.textContent = text;
    badge.className = `badge ${kind}`;
    const { source } = shape.state;
    const imported = source ? fugai.fill(words.imported, { name: source }) : "—";
    this.part("source").textContent = shape.isEmpty ? "—" : sources[source] || imported;
    this.part("start").hidden = !shape.isEmpty;
    const hasWay = this.proposals.length > 0 || this.acts.hasPlace;
    this.part("start-how").textContent = hasWay ? words.start_how : words.start_nowhere;
    this.part("proposals-box").hidden = this.proposals.length === 0;
    this.part("problems-box").hidden = shape.isEmpty;
    const given = this.part("given");
    given.hidden = !shape.state.given;
    if (shape.state.given) given.textContent = fugai.fill(words.rest_goes, shape.state.given);
  }

  showChecking() {
    this.part("problem-count").textContent = this.acts.words.checking;
    this.part("problem-count").className = "badge bg-secondary-lt";
  }

  /** Show what a check has found; nothing was checked where there is no shape. */
  showCheck(found) {
    const { words } = this.acts;
    const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
    const isKnown = found && found.area_m2 != null;
    this.part("area").textContent = isKnown
      ? fugai.fill(words.square_metres, { area: whole.format(found.area_m2) })
      : "—";
    this.part("footprints").textContent = isKnown
      ? fugai.fill(words.footprint_count, { count: found.footprints })
      : "—";
    this.problems = found ? found.problems : [];
    const count = this.part("problem-count");
    count.textContent = this.problems.length || words.no_problems;
    count.className = `badge ${this.problems.length ? "bg-red-lt" : "bg-green-lt"}`;
    this.pieces.clearLayers();
    this.part("problems").replaceChildren(...this.problems.map((one) => this.problem(one)));
  }

  problem(one) {
    const { words, shape } = this.acts;
    const layer = one.piece ? this.drawn(one.piece, PIECE_STYLE).addTo(this.pieces) : null;
    const loud = (isLoud) => layer && layer.setStyle(isLoud ? { ...PIECE_STYLE, ...LOUD } : PIECE_STYLE);
    const look = (event) => {
      if (!layer || event.target.closest("button")) return;
      this.map.fitBounds(layer.getBounds().pad(1.5), { maxZoom: 19 });
    };
    const offers = one.solutions.map((offer) =>
      this.button(offer.label, () => {
        shape.set({ geometry: offer.geometry });
        this.acts.onSolved();
      }),
    );
    return fugai.element(
      "li",
      {
        class: one.must_explain || one.kind === "invalid" ? "is-grave" : "",
        "data-problem": one.kind,
        tabindex: layer ? "0" : false,
        onmouseenter: () => loud(true),
        onmouseleave: () => loud(false),
        onclick: look,
        onkeydown: (event) => event.key === "Enter" && look(event),
      },
      fugai.element("b", {}, one.label),
      one.must_explain ? fugai.element("span", { class: "text-secondary small ms-2" }, words.must_explain) : null,
      fugai.element("div", { class: "small" }, one.detail),
      offers.length ? fugai.element("div", { class: "btn-list mt-1" }, ...offers) : null,
    );
  }

  showProposals(proposals) {
    const { words } = this.acts;
    this.proposals = proposals;
    const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
    const rows = proposals.map((one) => {
      const show = (isShown) => {
        this.sample.clearLayers();
        const style = { color: "#0b5c97", weight: 3, dashArray: "6 5", fillColor: "#56b4e9", fillOpacity: 0.3 };
        if (isShown) this.drawn(one.geometry, style).addTo(this.sample);
      };
      const take = () => {
        this.sample.clearLayers();
        this.acts.onTake(one);
      };
      return fugai.element(
        "li",
        { onmouseenter: () => show(true), onmouseleave: () => show(false), "data-proposal": one.reason },
        fugai.element("div", { class: "small" }, one.detail),
        fugai.element(
          "div",
          { class: "d-flex justify-content-between align-items-center mt-1" },
          fugai.element("span", { class: "text-secondary small" }, fugai.fill(words.square_metres, { area: whole.format(one.area_m2) })),
          this.button(words.take, take, "btn-sm btn-primary"),
        ),
      );
    });
    this.part("proposals").replaceChildren(...rows);
    this.showState();
  }

  /** Show the parts of a split, and who may get the rest; `onChosen(index, site)`. */
  showParts(parts, without, onChosen, onCancel) {
    const { words } = this.acts;
    const box = this.part("parts");
    box.hidden = !parts;
    if (!parts) return;
    const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
    const options = without.map((one) => fugai.element("option", { value: one.id }, one.name));
    const heir = fugai.element("select", { class: "form-select form-select-sm mt-2", "aria-label": words.rest_to },
      fugai.element("option", { value: "" }, `${words.rest_to}: ${words.rest_nobody}`), ...options);
    this.takePart = (index) => onChosen(index, without.find((one) => String(one.id) === heir.value) || null);
    const buttons = parts.map((part, index) => {
      const facts = { number: index + 1, area: whole.format(part.area_m2) };
      return this.button(fugai.fill(words.part, facts), () => this.takePart(index));
    });
    box.replaceChildren(
      fugai.element("h2", {}, fugai.fill(words.parts, { count: parts.length })),
      fugai.element("div", { class: "btn-list" }, ...buttons, this.button(words.cancel, onCancel)),
      options.length ? heir : "",
    );
  }

  say(text, isFault = false) {
    const said = this.part("said");
    said.textContent = text;
    said.classList.toggle("is-fault", isFault);
  }

  open(isOpen) {
    this.part("panel").classList.toggle("is-open", isOpen);
    this.root.querySelector('[data-act="sheet"]').setAttribute("aria-expanded", String(isOpen));
    this.map.invalidateSize();
  }
};
