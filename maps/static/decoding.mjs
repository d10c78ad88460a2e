// Reads vector tiles with the libraries that are kept for it; the drawing is ours.
import { VectorTile } from "@mapbox/vector-tile";
import { PbfReader } from "pbf";

/** The layers of a tile by name, each a list of features, from its bytes. */
const decode = (bytes) => {
  const found = {};
  for (const [name, layer] of Object.entries(new VectorTile(new PbfReader(bytes)).layers)) {
    found[name] = Array.from({ length: layer.length }, (_, index) => layer.feature(index));
  }
  return found;
};

window.fugai.giveDecoder(decode);
