// A page that shows an archive of tiles with no server: colourings, legend, what lies at a place.
"use strict";

/** Config: styles by colouring (MapLibre), colouring, words, attribution, fields. */
fugai.startArchive = async (map, config) => {
  const archive = new fugai.Archive(fugai.bytesOf(document.getElementById("archive").textContent));
  const { minZoom, maxZoom, minLon, minLat, maxLon, maxLat } = await archive.header();
  const style = config.styles[config.colouring];
  const tiles = new fugai.ArchiveLayer({ archive, first: minZoom, last: maxZoom, style });
  map.setMinZoom(minZoom + 1);
  map.fitBounds([[minLat, minLon], [maxLat, maxLon]]);
  map.getContainer().style.background = style.layers[0].paint["background-color"];
  tiles.on("load", () => (map.getContainer().dataset.ready = "tiles"));
  tiles.addTo(map);
  const labels = new fugai.ArchiveLabels(map, tiles);
  L.control.zoom({ position: "topright" }).addTo(map);
  L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);
  fugai.attribute(map, config.attribution);
  const legend = new fugai.ArchiveLegend(config, (chosen) => {
    tiles.restyle(config.styles[chosen]);
    labels.lay();
  });
  if (config.hasSites) map.getContainer().parentElement.append(legend.box);
  map.on("click", ({ latlng }) => fugai.tellPlace(map, config, latlng, tiles.at(latlng)));
};

fugai.bytesOf = (text) => {
  const raw = atob(text.trim());
  const bytes = new Uint8Array(raw.length);
  for (let index = 0; index < raw.length; index += 1) bytes[index] = raw.charCodeAt(index);
  return bytes.buffer;
};

fugai.ArchiveLegend = class {
  constructor(config, onChosen) {
    this.config = config;
    this.list = fugai.element("ul", {});
    const options = Object.entries(config.styles).map(([key, style]) =>
      fugai.element("option", { value: key, selected: key === config.colouring }, style.name),
    );
    const choose = ({ target }) => {
      this.tell(target.value);
      onChosen(target.value);
    };
    const said = { class: "form-select", onchange: choose, "aria-label": config.words.colouring };
    const select = fugai.element("select", said, ...options);
    this.box = fugai.element("aside", { class: "fugai-archive-legend" }, select, this.list);
    this.tell(config.colouring);
  }

  tell(colouring) {
    const entries = Object.values(this.config.styles[colouring].metadata["fugai:legend"]);
    const rows = entries.map(({ label, colour }) => {
      const swatch = fugai.element("i", { style: `background:${colour}` });
      return fugai.element("li", {}, swatch, label);
    });
    this.list.replaceChildren(...rows);
  }
};

/** Say what lies at a place: the sites, else the ground. Texts stay texts. */
fugai.tellPlace = (map, config, latlng, found) => {
  const rank = ({ layer }) => config.layers.findIndex(({ id }) => id === layer);
  const told = found.filter(({ layer }) => layer !== "divisions" && layer !== "landuse");
  const [first] = (told.length ? told : found).sort((a, b) => rank(a) - rank(b));
  if (!first) return;
  const layer = config.layers.find(({ id }) => id === first.layer);
  const rows = Object.entries(first.feature.properties).flatMap(([name, value]) => {
    const field = layer.fields[name];
    if (!field) return [];
    return [fugai.element("dt", {}, field.label), fugai.element("dd", {}, fugai.said(field, value, config))];
  });
  const card = fugai.element("div", {}, fugai.element("strong", {}, layer.label), fugai.element("dl", {}, ...rows));
  L.popup({ maxHeight: 300 }).setLatLng(latlng).setContent(card).openOn(map);
};

fugai.said = ({ values }, value, { words }) => {
  if (value === true || value === false) return value ? words.yes : words.no;
  if (!values) return String(value);
  return String(value)
    .split(",")
    .map((one) => values[one] || one)
    .join(" + ");
};
