// A photo as it is kept: made smaller, without what the camera wrote into it, with time and place on it.
"use strict";

async function fugaiPhoto(file, { at, place, name }) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, 1600 / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  const pen = canvas.getContext("2d");
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const lines = [name, at.toLocaleString("zh-CN", { timeZone: "Asia/Shanghai", hour12: false })];
  if (place) lines.push(`${place.lat.toFixed(5)}, ${place.lon.toFixed(5)}`);
  const size = Math.max(12, Math.round(canvas.width / 40));
  pen.font = `${size}px sans-serif`;
  const wide = Math.max(...lines.map((line) => pen.measureText(line).width));
  const high = size * 1.35 * lines.length;
  pen.fillStyle = "rgb(0 0 0 / 55%)";
  pen.fillRect(0, canvas.height - high - size * 0.6, wide + size, high + size * 0.6);
  pen.fillStyle = "#ffffff";
  lines.forEach((line, row) => pen.fillText(line, size / 2, canvas.height - high + size * (row * 1.35 + 0.7)));
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.82));
}
