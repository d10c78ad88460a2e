// The page that draws a site's boundary: tools, panel, map and keys put together.
"use strict";

const CHECK_AFTER_MS = 200;
const MODE_KEYS = { d: "draw", e: "edit", m: "move", a: "add", h: "hole", x: "split", b: "pick" };

fugai.startBoundary = (map, config) => new fugai.BoundaryPage(map, config).start();

fugai.BoundaryPage = class {
  constructor(map, config) {
    Object.assign(this, { map, config, words: config.words });
    this.root = document.querySelector(".fugai-edge");
    // Layers say for themselves whether they are snapped to or edited; the ground is neither.
    L.PM.setOptIn(true);
    map.pm.setLang(config.language);
    const first = { geometry: config.geometry, source: config.source, picked: [], given: null };
    this.shape = new fugai.BoundaryShape(map, first, () => this.changed());
    this.ask = fugai.boundaryInterface(config.boundary, config.words);
    this.around = new fugai.BoundaryAround(map, config.around, config.site.id, (id) => this.tools.pick(id));
    this.panel = new fugai.BoundaryPanel(map, this.root, {
      shape: this.shape,
      words: config.words,
      sources: config.sources,
      hasPlace: Boolean(config.point),
      version: () => this.saving.version,
      onTake: (one) => this.take(one),
      onSolved: () => this.panel.say(""),
    });
    this.saving = new fugai.BoundarySaving(map, {
      ask: this.ask,
      shape: this.shape,
      panel: this.panel,
      words: config.words,
      version: config.version,
      sharing: { locale: config.language === "zh" ? "zh-CN" : "en-GB" },
      isOurs: (source) => source in config.sources,
      note: this.part("note"),
      accuracy: this.part("accuracy"),
      onRestorable: (can) => this.showRestorable(can),
    });
    this.tools = new fugai.BoundaryTools(map, {
      shape: this.shape,
      around: this.around,
      post: (path, body) => this.ask("POST", `/${path}`, body),
      onMode: (mode) => this.showMode(mode),
      onParts: { show: (parts) => this.showParts(parts), take: (index) => this.panel.takePart(index) },
      onFault: (text) => this.panel.say(text, true),
    });
  }

  part(name) {
    return this.root.querySelector(`[data-part="${name}"]`);
  }

  act(name) {
    return this.root.querySelector(`[data-act="${name}"]`);
  }

  async start() {
    const { map, config } = this;
    fugai.attribute(map, config.attribution);
    const ground = fugai.layGround(map);
    L.control.zoom({ position: "topright", zoomInTitle: this.words.zoom_in, zoomOutTitle: this.words.zoom_out }).addTo(map);
    L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);
    fugai.layBasemap(map, config.basemap);
    this.showPoint();
    this.look();
    this.saving.showStandingNote(config.note);
    this.part("accuracy").value = config.accuracy_m ?? "";
    this.listen();
    this.showRestorable(config.canUndo);
    this.changed();
    const streets = fetch(config.ground)
      .then((answer) => (answer.ok ? answer.json() : { features: [] }))
      .then(({ features }) => fugai.drawGround(map, features, ground))
      // Streets are an extra: a boundary can be drawn without them.
      .catch(() => {});
    const proposals = this.ask("GET", "/proposals")
      .then((told) => this.panel.showProposals(told.proposals))
      .catch((error) => this.panel.say(error.message, true));
    await Promise.all([streets, proposals, this.around.load(true)]);
    // The sheet of a phone is closed at first: what to do stands at its foot.
    if (this.shape.isEmpty && matchMedia("(max-width: 991.98px)").matches) {
      this.panel.say(this.part("start-how").textContent);
    }
    this.part("status").hidden = true;
    this.root.dataset.ready = "true";
  }

  look() {
    const { bounds } = this.config;
    if (this.shape.layer) this.map.fitBounds(this.shape.layer.getBounds().pad(0.5), { maxZoom: 18, animate: false });
    else if (this.config.point) this.map.setView([this.config.point[1], this.config.point[0]], 17, { animate: false });
    else if (bounds) this.map.fitBounds([[bounds[1], bounds[0]], [bounds[3], bounds[2]]], { animate: false });
    else this.map.setView([36, 117], 5);
  }

  showPoint() {
    if (!this.config.point) return;
    const [lng, lat] = this.config.point;
    const style = { radius: 7, color: "#fff", weight: 2, fillColor: "#b91c1c", fillOpacity: 1, interactive: false };
    const name = fugai.element("span", {}, this.words.legend_point);
    L.circleMarker([lat, lng], style).addTo(this.map).bindTooltip(name, {
      permanent: true, direction: "right", offset: [8, 0], className: "fugai-edge-name",
    });
  }

  listen() {
    for (const one of this.root.querySelectorAll("[data-mode]")) {
      one.addEventListener("click", () => this.toggle(one.dataset.mode));
    }
    const acts = {
      undo: () => this.undo(),
      redo: () => this.shape.redo(),
      finish: () => this.tools.finish(),
      "back-one": () => this.tools.backOne(),
      cancel: () => this.cancel(),
      save: () => this.save(false),
      "save-next": () => this.save(true),
      discard: () => this.saving.takeStanding(),
      remove: () => this.shape.set({ geometry: null, source: null, picked: [] }),
      restore: () => this.saving.restore(),
      "use-again": () => this.saving.useNoteAgain(),
      sheet: () => this.panel.open(!this.part("panel").classList.contains("is-open")),
    };
    for (const [name, run] of Object.entries(acts)) {
      const button = this.act(name);
      if (button) button.addEventListener("click", run);
    }
    document.addEventListener("keydown", (event) => this.key(event));
    addEventListener("beforeunload", (event) => {
      if (this.shape.isDirty) event.preventDefault();
    });
    this.part("note").addEventListener("input", () => this.saving.fault(""));
  }

  key(event) {
    const key = event.key.toLowerCase();
    const isTyping = event.target.closest("input, textarea, select");
    if (key === "escape") return this.cancel();
    if (isTyping) return undefined;
    const isControl = event.ctrlKey || event.metaKey;
    if (isControl && (key === "y" || (key === "z" && event.shiftKey))) return this.swallow(event, () => this.shape.redo());
    if (isControl && key === "z") return this.swallow(event, () => this.undo());
    if (isControl || event.altKey) return undefined;
    if (key === "backspace") return this.tools.backOne();
    if (key === "enter" && this.tools.isDrawing) return this.swallow(event, () => this.tools.finish());
    if (key === "s") return this.swallow(event, () => this.save(false));
    if (key === "n") return this.swallow(event, () => this.save(true));
    if (MODE_KEYS[key]) return this.swallow(event, () => this.toggle(MODE_KEYS[key]));
    return undefined;
  }

  swallow(event, run) {
    event.preventDefault();
    run();
  }

  toggle(mode) {
    this.panel.say("");
    if (this.tools.mode === mode) this.tools.stop();
    else this.tools.start(mode);
  }

  undo() {
    if (!this.tools.backOne()) this.shape.undo();
  }

  cancel() {
    this.tools.stop();
    this.panel.showParts(null);
    this.panel.open(false);
  }

  take(proposal) {
    this.tools.stop();
    this.shape.set({ geometry: proposal.geometry, source: proposal.source, picked: [...proposal.footprints] });
    this.map.fitBounds(this.shape.layer.getBounds().pad(0.3), { maxZoom: 18 });
  }

  showParts(parts) {
    this.panel.open(true);
    const { without } = this.config;
    this.panel.showParts(parts, without, (index, heir) => this.keepPart(parts, index, heir), () => this.cancel());
  }

  async keepPart(parts, index, heir) {
    const rest = parts.filter((_, number) => number !== index).map((one) => one.geometry);
    let other = rest[0];
    for (const one of rest.slice(1)) {
      other = (await this.ask("POST", "/merge", { geometry: other, other: one })).geometry;
    }
    this.cancel();
    const given = heir ? { site: heir.id, name: heir.name, geometry: other } : null;
    this.shape.set({ geometry: parts[index].geometry, source: "split", given });
  }

  async save(goesOn) {
    if (this.act("save").disabled) return;
    this.tools.stop();
    const isSaved = await this.saving.save();
    if (!isSaved) return;
    this.showRestorable(true);
    const { after } = this.config.places;
    if (goesOn && after) location.assign(after.href);
    else this.around.load(true);
  }

  showMode(mode) {
    for (const one of this.root.querySelectorAll("[data-mode]")) {
      one.setAttribute("aria-pressed", String(one.dataset.mode === mode));
    }
    const box = this.part("doing");
    box.hidden = mode === null;
    if (mode === null) return;
    const isFar = mode === "pick" && this.map.getZoom() < 15;
    this.part("doing-text").textContent = isFar ? this.words.zoom_for_buildings : this.words[`doing_${mode}`];
    this.act("back-one").hidden = !this.tools.isDrawing;
    this.act("finish").hidden = mode === "choose";
    this.act("cancel").hidden = !this.tools.isDrawing && mode !== "choose";
  }

  showRestorable(can) {
    this.act("restore").hidden = !can;
  }

  changed() {
    if (!this.tools) return;
    const { shape } = this;
    this.tools.resume();
    this.around.setPicked(shape.state.picked);
    this.panel.showState();
    this.act("undo").disabled = shape.past.length === 0;
    this.act("redo").disabled = shape.future.length === 0;
    this.act("discard").disabled = !shape.isDirty;
    this.act("restore").disabled = shape.isDirty;
    this.act("remove").disabled = shape.isEmpty;
    this.root.querySelector('[data-said="draw"]').textContent = shape.isEmpty ? this.words.draw : this.words.redraw;
    for (const mode of ["edit", "move", "add", "hole", "split"]) {
      this.root.querySelector(`[data-mode="${mode}"]`).disabled = shape.isEmpty;
    }
    this.allowSaving(false);
    this.check();
  }

  allowSaving(isChecked) {
    const isReady = this.shape.isDirty && (isChecked || this.shape.isEmpty);
    for (const name of ["save", "save-next"]) if (this.act(name)) this.act(name).disabled = !isReady;
  }

  /** Ask what is wrong with the boundary as it stands, a moment after the last change. */
  check() {
    clearTimeout(this.checkLater);
    if (this.asked) this.asked.abort();
    const { geometry } = this.shape.state;
    if (!geometry) {
      this.panel.showCheck(null);
      return;
    }
    this.panel.showChecking();
    this.checkLater = setTimeout(async () => {
      const asked = (this.asked = new AbortController());
      try {
        const found = await this.ask("POST", "/check", { geometry }, null, asked.signal);
        this.panel.showCheck(found);
        this.allowSaving(true);
      } catch (error) {
        if (error.name !== "AbortError") this.panel.say(error.message, true);
      }
    }, CHECK_AFTER_MS);
  }
};
