// Sends what the device keeps, in order; each under an id of its own, so that again is no harm.
"use strict";

class FugaiSync {
  constructor({ onChange, onLogin }) {
    this.onChange = onChange;
    this.onLogin = onLogin;
    this.running = null;
    window.addEventListener("online", () => this.run());
    document.addEventListener("visibilitychange", () => document.hidden || this.run());
    setInterval(() => this.run(), 30_000);
  }

  /** Send all there is; a second call waits for the first. */
  run() {
    this.running ??= this.send().finally(() => (this.running = null));
    return this.running;
  }

  async send() {
    try {
      for (const record of await fugaiStore.records()) {
        if (record.state === "pending") await this.sendRecord(record);
      }
      for (const record of await fugaiStore.records()) {
        if (record.id && record.state !== "conflict") await this.sendPhotos(record);
      }
      for (const skip of await fugaiStore.skips()) await this.sendSkip(skip);
    } catch (error) {
      // The network is away: everything stays where it is.
      if (!(error instanceof TypeError)) console.error(error);
    }
    this.onChange();
  }

  async sendRecord(record) {
    const answer = await fetch("/api/inspections", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(record.body),
    });
    if (answer.status === 401) return this.onLogin();
    if (answer.status >= 500) throw new TypeError("server");
    const told = await answer.json();
    if (answer.ok) {
      await fugaiStore.change(record.client_id, { state: "sent", id: told.id, row_version: told.row_version, findings: told.findings, fault: null });
    } else if (told.code === "inspection.stale") {
      await fugaiStore.change(record.client_id, { state: "conflict", conflicts: told.facts.conflicts, theirs: told.facts.row_version, id: told.facts.inspection, fault: told.detail });
    } else {
      await fugaiStore.change(record.client_id, { state: "refused", fault: told.detail });
    }
    this.onChange();
  }

  async sendPhotos(record) {
    for (const photo of await fugaiStore.photos(record.client_id)) {
      if (photo.sent) continue;
      const content = new FormData();
      content.append("file", new File([photo.blob], "photo.jpg", { type: "image/jpeg" }));
      content.append("client_id", photo.client_id);
      content.append("taken_at", photo.taken_at);
      if (photo.finding && record.findings?.[photo.finding]) content.append("finding", record.findings[photo.finding]);
      if (photo.lon !== undefined) {
        content.append("lon", photo.lon);
        content.append("lat", photo.lat);
      }
      const answer = await fetch(`/api/inspections/${record.id}/photos`, { method: "POST", body: content });
      if (answer.status === 401) return this.onLogin();
      if (answer.ok) await fugaiStore.photoSent(photo.client_id);
      else if (answer.status >= 500) throw new TypeError("server");
      this.onChange();
    }
  }

  async sendSkip(skip) {
    const current = await fetch(`/api/visit-plans/${skip.plan}`);
    if (!current.ok) return;
    const plan = await current.json();
    const answer = await fetch(`/api/visit-plans/${skip.plan}/replan`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "If-Match": `"${plan.row_version}"` },
      body: JSON.stringify({ inspector: skip.inspector, on: skip.on, now_s: skip.now_s, [skip.what]: [{ site: skip.site, note: skip.note }] }),
    });
    // A stop that is gone from the plan needs no skipping any more.
    if (answer.ok || answer.status === 404) await fugaiStore.dropSkip(skip.id);
  }
}
