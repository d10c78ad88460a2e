// Saving: with the version that was seen; what somebody else saved meanwhile is shown, not lost.
"use strict";

const THEIRS = { color: "#7c3aed", weight: 3, dashArray: "8 6", fill: false };

/** Ask the interface of this boundary; a refusal is an Error with status and facts. */
fugai.boundaryInterface = (address, words) => async (method, path, body, version, signal) => {
  const headers = { "Content-Type": "application/json" };
  if (version != null) headers["If-Match"] = `"${version}"`;
  let answer;
  try {
    const sent = body === undefined ? undefined : JSON.stringify(body);
    answer = await fetch(address + path, { method, headers, body: sent, signal });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw Object.assign(new Error(words.failed), { status: 0 });
  }
  const told = await answer.json().catch(() => ({}));
  if (answer.ok) return told;
  throw Object.assign(new Error(told.detail || words.failed), { status: answer.status, facts: told.facts });
};

fugai.BoundarySaving = class {
  /** `acts`: ask, shape, panel, words, version, afterSave(), note, accuracy (inputs). */
  constructor(map, acts) {
    Object.assign(this, { map, acts });
    this.version = acts.version;
    this.theirs = L.layerGroup().addTo(map);
  }

  /** What stands in the way of saving, as a sentence; nothing where nothing does. */
  hindrance() {
    const { shape, panel, words, note } = this.acts;
    if (note.value.trim()) return panel.problems.some((one) => one.kind === "invalid") ? words.repair_first : "";
    if (shape.isEmpty) return words.reason_needed;
    if (panel.problems.some((one) => one.kind === "invalid")) return words.repair_first;
    const count = panel.problems.filter((one) => one.must_explain).length;
    return count ? fugai.fill(words.note_needed, { count }) : "";
  }

  async save() {
    const { ask, shape, panel, words, note, accuracy } = this.acts;
    const hindrance = this.hindrance();
    this.fault(hindrance);
    if (hindrance) return false;
    const { geometry, source, given } = shape.state;
    const body = { geometry, note: note.value.trim() || null };
    if (this.acts.isOurs(source)) body.source = source;
    if (accuracy.value) body.accuracy_m = Number(accuracy.value);
    if (given) body.given = { site: given.site, geometry: given.geometry };
    try {
      const saved = await ask("PUT", "", body, this.version);
      this.version = saved.row_version;
      this.theirs.clearLayers();
      panel.part("stale").hidden = true;
      panel.say(fugai.fill(words.saved, { version: saved.row_version }));
      this.showStandingNote(body.note);
      shape.keep();
      return true;
    } catch (error) {
      if (error.status === 412) await this.compare();
      else panel.say(fugai.fill(words.not_done, { reason: error.message }), true);
      return false;
    }
  }

  /** Restore what stood before the last saved change. */
  async restore() {
    const { ask, panel, words, note } = this.acts;
    try {
      await ask("POST", "/undo", { note: note.value.trim() || null }, this.version);
      await this.takeStanding();
      panel.say(fugai.fill(words.saved, { version: this.version }));
    } catch (error) {
      if (error.status === 412) await this.compare();
      else {
        panel.say(fugai.fill(words.not_done, { reason: error.message }), true);
        note.focus();
      }
    }
  }

  async takeStanding() {
    const standing = await this.acts.ask("GET", "");
    this.accept(standing);
  }

  accept(standing) {
    const { shape, accuracy } = this.acts;
    this.version = standing.row_version;
    this.showStandingNote(standing.note);
    accuracy.value = standing.accuracy_m ?? "";
    this.theirs.clearLayers();
    this.acts.panel.part("stale").hidden = true;
    shape.keep({ geometry: standing.geometry, source: standing.source, picked: [], given: null });
    this.acts.onRestorable(standing.can_undo);
  }

  /** Somebody saved first: show theirs beside mine, and let the person choose. */
  async compare() {
    const { ask, shape, panel, words, sharing } = this.acts;
    const standing = await ask("GET", "");
    const isMoved = JSON.stringify(standing.geometry) !== shape.kept;
    const when = new Date(standing.changed_at).toLocaleString(sharing.locale, { hour12: false, timeZone: "Asia/Shanghai" });
    const said = fugai.fill(isMoved ? words.stale_geometry : words.stale_record, { who: standing.changed_by, when });
    this.theirs.clearLayers();
    if (isMoved && standing.geometry) this.theirs.addLayer(L.geoJSON(standing.geometry, { style: THEIRS, interactive: false }));
    const choose = (change) => {
      this.version = standing.row_version;
      panel.part("stale").hidden = true;
      this.theirs.clearLayers();
      // What they saved is what mine differs from now.
      shape.kept = JSON.stringify(standing.geometry);
      if (change) shape.set(change);
      else shape.changed();
    };
    const join = async () => {
      const both = { geometry: shape.state.geometry, other: standing.geometry };
      const merged = await ask("POST", "/merge", both);
      choose({ geometry: merged.geometry, source: "merge" });
    };
    const buttons = [panel.button(words.keep_mine, () => choose(null), "btn-sm btn-primary")];
    if (isMoved) buttons.push(panel.button(words.take_theirs, () => this.accept(standing)));
    if (isMoved && standing.geometry && !shape.isEmpty) buttons.push(panel.button(words.join_both, join));
    const box = panel.part("stale");
    box.replaceChildren(
      fugai.element("b", {}, words.stale),
      fugai.element("div", { class: "small my-1" }, said),
      fugai.element("div", { class: "btn-list" }, ...buttons),
    );
    box.hidden = false;
    panel.open(true);
    box.scrollIntoView({ block: "nearest" });
  }

  /** A note explains one save; another save wants its own, or this one used again. */
  showStandingNote(text) {
    const { note, panel, words } = this.acts;
    this.standingNote = text || "";
    note.value = "";
    panel.part("note-before").hidden = !text;
    panel.part("note-before-text").textContent = text ? fugai.fill(words.note_before, { note: text }) : "";
  }

  useNoteAgain() {
    this.acts.note.value = this.standingNote;
    this.fault("");
  }

  fault(text) {
    const { note, panel } = this.acts;
    const place = panel.part("note-fault");
    place.textContent = text;
    place.classList.toggle("d-block", Boolean(text));
    note.classList.toggle("is-invalid", Boolean(text));
    if (!text) return;
    panel.open(true);
    note.focus();
  }
};
