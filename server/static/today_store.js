// What was recorded on the device and is not on the server yet: kept until the server has it.
"use strict";

const fugaiStore = (() => {
  const opened = idb.openDB("fugai-visits", 1, {
    upgrade(db) {
      db.createObjectStore("records", { keyPath: "client_id" });
      db.createObjectStore("photos", { keyPath: "client_id" }).createIndex("record", "record");
      db.createObjectStore("skips", { keyPath: "id", autoIncrement: true });
      db.createObjectStore("days", { keyPath: "on" });
    },
  });
  const all = async (name) => (await opened).getAll(name);

  return {
    records: async () => (await all("records")).sort((a, b) => a.made - b.made),
    record: async (id) => (await opened).get("records", id),
    photos: async (record) => (await opened).getAllFromIndex("photos", "record", record),
    skips: () => all("skips"),
    day: async (on) => (await opened).get("days", on),
    keepDay: async (day) => (await opened).put("days", day),

    /** A record and its photos together, or neither: a browser that is killed leaves no half. */
    async keepRecord(record, photos) {
      const transaction = (await opened).transaction(["records", "photos"], "readwrite");
      transaction.objectStore("records").put(record);
      for (const photo of photos) transaction.objectStore("photos").put(photo);
      await transaction.done;
    },
    async change(id, values) {
      const transaction = (await opened).transaction("records", "readwrite");
      const standing = await transaction.store.get(id);
      if (standing) await transaction.store.put({ ...standing, ...values });
      await transaction.done;
    },
    async photoSent(id) {
      const transaction = (await opened).transaction("photos", "readwrite");
      const standing = await transaction.store.get(id);
      if (standing) await transaction.store.put({ ...standing, sent: true, blob: null });
      await transaction.done;
    },
    keepSkip: async (skip) => (await opened).add("skips", skip),
    dropSkip: async (id) => (await opened).delete("skips", id),
    async forget() {
      const db = await opened;
      const isOpen = (await all("records")).some((one) => one.state !== "sent");
      if (isOpen) return false;
      await Promise.all(["records", "photos", "skips", "days"].map((one) => db.clear(one)));
      return true;
    },
  };
})();
