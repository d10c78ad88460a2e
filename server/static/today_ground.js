// On the device: how far somebody is from a boundary, and the rest of a day in a new order.
"use strict";

const fugaiGround = (() => {
  const METRES = 111_320;

  /** Metres from a place to a GeoJSON geometry, 0 inside it; nothing without a geometry. */
  function distance(geometry, [longitude, latitude]) {
    if (!geometry) return null;
    const shrink = Math.cos((latitude * Math.PI) / 180);
    const flat = ([x, y]) => [(x - longitude) * shrink * METRES, (y - latitude) * METRES];
    if (geometry.type === "Point") return Math.hypot(...flat(geometry.coordinates));
    const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
    if (polygons.some((rings) => rings.filter((ring) => holds(ring.map(flat))).length % 2 === 1)) return 0;
    return Math.min(...polygons.flat().map((ring) => toRing(ring.map(flat))));
  }

  function holds(ring) {
    let inside = false;
    for (let one = 0, last = ring.length - 1; one < ring.length; last = one, one += 1) {
      const [[ax, ay], [bx, by]] = [ring[one], ring[last]];
      if (ay > 0 !== by > 0 && 0 < ((bx - ax) * -ay) / (by - ay) + ax) inside = !inside;
    }
    return inside;
  }

  function toRing(ring) {
    let least = Infinity;
    for (let one = 1; one < ring.length; one += 1) {
      const [[ax, ay], [bx, by]] = [ring[one - 1], ring[one]];
      const [dx, dy] = [bx - ax, by - ay];
      const share = Math.max(0, Math.min(1, -(ax * dx + ay * dy) / (dx * dx + dy * dy || 1)));
      least = Math.min(least, Math.hypot(ax + share * dx, ay + share * dy));
    }
    return least;
  }

  /**
   * The shortest order of some stops from one place to the end: by insertion, then by turning
   * parts round and moving single stops until nothing is shorter. Windows are the server's care:
   * it plans anew when there is a network.
   */
  function order(from, rest, end, travel) {
    const length = (some) => [from, ...some, end].reduce((sum, at, place, all) => (place ? sum + travel[all[place - 1]][at] : 0), 0);
    let best = [];
    for (const one of rest) {
      const tries = [...Array(best.length + 1).keys()].map((place) => [...best.slice(0, place), one, ...best.slice(place)]);
      best = tries.reduce((a, b) => (length(b) < length(a) ? b : a));
    }
    for (let isBetter = true; isBetter; ) {
      isBetter = false;
      for (let a = 0; a < best.length; a += 1) {
        for (let b = 0; b < best.length; b += 1) {
          const moved = best.filter((_, place) => place !== a);
          moved.splice(b, 0, best[a]);
          const turned = a < b ? [...best.slice(0, a), ...best.slice(a, b + 1).reverse(), ...best.slice(b + 1)] : moved;
          for (const one of [moved, turned]) {
            if (length(one) < length(best) - 1) {
              best = one;
              isBetter = true;
            }
          }
        }
      }
    }
    return best;
  }

  return { distance, order };
})();
