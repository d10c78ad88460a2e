// Words, numbers and elements: how the map speaks.
"use strict";
var fugai = window.fugai || {};

/** Fill {facts} into a text. */
fugai.fill = (text, facts) =>
  text.replace(/\{(\w+)\}/g, (_, name) => (name in facts ? String(facts[name]) : "…"));

/** An element with attributes and children; strings become text, never markup. */
fugai.element = (tag, attributes, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value != null) made.setAttribute(name, value);
  }
  made.append(...children.filter((one) => one != null && one !== ""));
  return made;
};

/** How amounts of one denominator are written: areas of Chinese pages in 万平方米. */
fugai.amounts = (language) => {
  const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
  const area = new Intl.NumberFormat("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const isWan = (denominator) => denominator.key === "floor_area_m2" && language === "zh";
  return {
    number: (value, denominator) =>
      isWan(denominator) ? area.format(value / 1e4) : whole.format(value),
    unit: (denominator) => (isWan(denominator) ? "万平方米" : denominator.unit),
    count: (value) => whole.format(value),
  };
};

/** A share as a percentage of one decimal; over nothing there is none. */
fugai.percent = (part, whole) => (whole ? `${((100 * part) / whole).toFixed(1)}%` : "—");

/** A change with its sign. */
fugai.signed = (value, zero) => (value === 0 ? zero : value > 0 ? `+${value}` : `−${-value}`);

/** Days from one ISO day to another. */
fugai.daysBetween = (from, to) => Math.round((Date.parse(to) - Date.parse(from)) / 864e5);

/** Say in the map's corner where it comes from; Leaflet takes markup there, we give it text. */
fugai.attribute = (map, text) => {
  const said = fugai.element("span", {}, text);
  map.attributionControl.setPrefix("").setPosition("bottomleft").addAttribution(said.outerHTML);
};

window.fugai = fugai;
