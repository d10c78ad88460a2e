// Keeps the day of an inspector on the device: pages, files and tiles that were loaded once open
// without a network. What is sent goes through the page's own queue, never through here.
"use strict";

const KEPT = "fugai-visits-1";
const WAITS_MS = 4000;
const NEVER_KEPT = ["/api/events", "/login", "/logout", "/api/login", "/api/inspections", "/visits/worker.js"];

self.addEventListener("install", (event) => event.waitUntil(self.skipWaiting()));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("message", (event) => {
  if (event.data?.keep) event.waitUntil(keepAll(event.data.keep, event.source));
  if (event.data?.forget) event.waitUntil(caches.delete(KEPT));
});

/** Fetch what is not there yet, a few at a time, and tell how far it is. */
async function keepAll(addresses, page) {
  const kept = await caches.open(KEPT);
  const wanted = [...new Set(addresses)];
  // Counted before any is taken: what is still on its way is not kept yet.
  const of = wanted.length;
  let done = 0;
  const fetchNext = async () => {
    for (let address = wanted.pop(); address !== undefined; address = wanted.pop()) {
      try {
        if (!(await kept.match(address))) {
          const answer = await fetch(address, { credentials: "same-origin" });
          if (!answer.ok) continue;
          await kept.put(address, answer);
        }
      } catch (error) {
        // What is missing is fetched when it is needed, or the next time.
        continue;
      }
      done += 1;
      page?.postMessage({ kept: done, of });
    }
  };
  await Promise.all([fetchNext(), fetchNext(), fetchNext(), fetchNext()]);
  page?.postMessage({ kept: done, of });
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) return;
  if (NEVER_KEPT.some((one) => address.pathname.startsWith(one))) return;
  if (address.pathname.startsWith("/assets/") || address.pathname.startsWith("/tiles/")) {
    event.respondWith(keptFirst(request));
  } else if (request.mode === "navigate" || address.pathname.startsWith("/api/") || address.pathname.startsWith("/map/")) {
    event.respondWith(networkFirst(request));
  }
});

async function keptFirst(request) {
  const kept = await caches.open(KEPT);
  const found = await kept.match(request);
  const fresh = fetch(request).then(async (answer) => {
    if (answer.ok) await kept.put(request, answer.clone());
    return answer;
  });
  if (!found) return fresh;
  fresh.catch(() => {});
  return found;
}

/** The newest, unless the network is away or too slow: then what was there the last time. */
async function networkFirst(request) {
  const kept = await caches.open(KEPT);
  const fresh = fetch(request).then(async (answer) => {
    if (answer.ok) await kept.put(request, answer.clone());
    return answer;
  });
  const late = new Promise((_, reject) => setTimeout(() => reject(new Error("late")), WAITS_MS));
  try {
    return await Promise.race([fresh, late]);
  } catch (error) {
    const found = await kept.match(request, { ignoreVary: true, ignoreSearch: request.mode === "navigate" });
    return found ?? fresh;
  }
}
