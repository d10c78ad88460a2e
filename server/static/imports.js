// Imports: files are dropped and followed until their report is there; a report is decided,
// applied and undone. Every step is a request of its own, so a lost connection loses nothing.
"use strict";

const drop = document.querySelector('[data-part="drop"]');
const report = document.querySelector('[data-part="import"]');

if (drop) {
  const chooser = drop.elements.file;
  chooser.addEventListener("change", () => {
    sendAll([...chooser.files]);
    chooser.value = "";
  });
  for (const name of ["dragenter", "dragover"]) {
    document.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.add("fugai-over");
    });
  }
  for (const name of ["dragleave", "drop"]) {
    document.addEventListener(name, (event) => {
      event.preventDefault();
      if (name === "drop" || event.relatedTarget === null) drop.classList.remove("fugai-over");
    });
  }
  document.addEventListener("drop", (event) => sendAll([...event.dataTransfer.files]));
}

async function sendAll(files) {
  const ended = [];
  // One after the other: a town's files go into one ledger.
  for (const file of files) ended.push(await sendOne(file));
  if (files.length === 1 && ended[0]) location.assign(ended[0]);
}

/** Send a file and have it staged; return the address of its report, or null. */
async function sendOne(file) {
  const line = new Line(file.name);
  const fields = new FormData();
  fields.append("file", file);
  fields.append("stage", "false");
  fields.append("district", drop.dataset.district);
  fields.append("on", drop.elements.on.value);
  if (drop.elements.town) fields.append("town", drop.elements.town.value);
  let sent = null;
  try {
    line.tell(drop.dataset.sending, 0);
    sent = await upload(fields, (share) => line.tell(drop.dataset.sending, share));
    const address = `/imports/${sent.id}?district=${encodeURIComponent(drop.dataset.district)}`;
    line.lead(address, drop.dataset.reading);
    await follow(sent.id, "stage", {}, (share) => line.tell(drop.dataset.reading, share));
    line.lead(address, drop.dataset.ready);
    return address;
  } catch (refusal) {
    line.fail(`${drop.dataset.failed}: ${refusal.detail || drop.dataset.lost}`);
    if (refusal.code === "ledger.header_missing") line.offer(sent.id);
    return null;
  }
}

/** Post a form and tell how much of it has gone. */
function upload(fields, tell) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", "/api/ledger/imports");
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) tell(event.loaded / event.total);
    });
    request.addEventListener("load", () => {
      if (request.status < 300) resolve(request.response);
      else reject(request.response || {});
    });
    request.addEventListener("error", () => reject({}));
    request.send(fields);
  });
}

/** Take a step of an import and tell how far it has come. */
async function follow(id, step, body, tell) {
  let isRunning = true;
  const taken = post(`/api/ledger/imports/${id}/${step}`, body).finally(() => {
    isRunning = false;
  });
  const watch = async () => {
    while (isRunning) {
      await new Promise((resolve) => setTimeout(resolve, 400));
      if (!isRunning) return;
      const answer = await fetch(`/api/ledger/imports/${id}`);
      if (answer.ok && isRunning) tell((await answer.json()).progress_share);
    }
  };
  watch().catch(() => {});
  return taken;
}

async function post(address, body = {}) {
  const answer = await fetch(address, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const told = await answer.json();
  if (!answer.ok) throw told;
  return told;
}

/** A file on its way, as one line below the drop area. */
class Line {
  constructor(name) {
    this.element = document.createElement("div");
    this.element.className = "list-group-item";
    this.label = document.createElement("div");
    this.label.className = "d-flex justify-content-between gap-2";
    this.name = document.createElement("b");
    this.name.textContent = name;
    this.word = document.createElement("span");
    this.bar = document.createElement("progress");
    this.bar.className = "fugai-progress";
    this.bar.max = 1;
    this.label.append(this.name, this.word);
    this.element.append(this.label, this.bar);
    drop.querySelector('[data-part="sent"]').prepend(this.element);
  }

  tell(text, share) {
    this.bar.value = share;
    if (this.word.firstElementChild) this.word.firstElementChild.textContent = text;
    else this.word.textContent = text;
  }

  lead(address, text) {
    const link = document.createElement("a");
    link.href = address;
    link.textContent = text;
    this.word.replaceChildren(link);
    this.bar.value = 1;
  }

  fail(text) {
    this.bar.remove();
    this.word.className = "text-danger";
    this.word.textContent = text;
  }

  /** Offer to take a file that is not the form as a plain list. */
  offer(id) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-primary btn-sm mt-2";
    button.textContent = drop.dataset.asListing;
    button.addEventListener("click", async () => {
      button.disabled = true;
      try {
        await post(`/api/ledger/imports/${id}/as_listing`);
        const district = encodeURIComponent(drop.dataset.district);
        location.assign(`/imports/${id}/columns?district=${district}`);
      } catch (problem) {
        this.word.textContent = problem.detail || drop.dataset.lost;
        button.disabled = false;
      }
    });
    this.element.append(button);
  }
}

if (report) {
  const base = `/api/ledger/imports/${report.dataset.import}`;
  const refusal = report.querySelector('[data-part="refusal"]');
  const bar = report.querySelector('[data-part="progress"]');
  for (const button of report.querySelectorAll("[data-step]")) {
    button.addEventListener("click", async () => {
      if (button.dataset.sure && !confirm(button.dataset.sure)) return;
      const buttons = [...report.querySelectorAll("[data-step]")];
      const text = button.textContent;
      for (const one of buttons) one.disabled = true;
      button.textContent = report.dataset.working;
      try {
        const body = button.dataset.skip ? { skip_faulty: true } : {};
        bar.hidden = false;
        bar.removeAttribute("value");
        await follow(report.dataset.import, button.dataset.step, body, (share) => {
          bar.value = share;
        });
        if (button.dataset.then) return location.assign(button.dataset.then);
        // To the worst of what is there now, not to the tab of before.
        const address = new URL(location);
        address.searchParams.delete("outcome");
        address.searchParams.delete("cursor");
        location.assign(address);
      } catch (problem) {
        refusal.textContent = problem.detail || String(problem);
        refusal.hidden = false;
        bar.hidden = true;
        for (const one of buttons) one.disabled = false;
        button.textContent = text;
        refusal.scrollIntoView({ block: "center" });
      }
    });
  }
  for (const input of report.querySelectorAll("[data-choice]")) {
    input.addEventListener("change", async () => {
      const row = input.closest("[data-number]");
      const choice = input.type === "checkbox" && !input.checked ? null : input.value;
      try {
        await post(`${base}/choices`, { choices: { [row.dataset.number]: choice } });
        row.classList.add("fugai-kept");
        row.title = report.dataset.saved;
      } catch (problem) {
        refusal.textContent = problem.detail || String(problem);
        refusal.hidden = false;
      }
    });
  }
}
