// The gap that is looked at: what is known, what may be decided, into which community it may go.
"use strict";

const FIX = { outside_boundary: "/boundary", below_policy: "/edit", basic_services: "/edit", about_to_lapse: "/edit" };
const MAKES = ["new_standalone", "new_community"];

function gapPanel(panel, { onDecide, onPreview, onClose }) {
  const state = { gap: null, decision: null, target: null, count: 1 };

  const close = gapElement("button", "btn-close");
  close.type = "button";
  close.setAttribute("aria-label", gapSay("close"));
  close.addEventListener("click", () => onClose());

  const field = (name, label, attributes = {}) => {
    const input = Object.assign(document.createElement("input"), { className: "form-control form-control-sm", name, ...attributes });
    const holder = gapElement("label", "form-label mb-0", label, input);
    return holder;
  };

  const fieldsOf = (decision) => {
    const box = gapElement("div", "fugai-gaps-fields");
    if (MAKES.includes(decision) && state.gap) {
      box.append(field("name", gapSay("new_name"), { required: true, maxLength: 200, value: state.gap.name ?? "" }));
      box.append(field("address", gapSay("new_address"), { maxLength: 500 }));
      box.append(field("households", gapSay("new_households"), { type: "number", min: 0, max: 1000000 }));
      if (decision === "new_community") box.append(categoryField());
    }
    box.append(field("note", gapSay("note"), { maxLength: 500, placeholder: gapSay("note_hint") }));
    if (state.gap) box.append(field("file", gapSay("file"), { type: "file", accept: "image/*,.pdf,.docx,.xlsx,.ofd" }));
    return box;
  };

  const categoryField = () => {
    const select = Object.assign(document.createElement("select"), { className: "form-select form-select-sm", name: "category", required: true });
    select.append(new Option("", ""));
    for (const [key, text] of Object.entries(gapsConfig.labels.Category)) {
      if (key !== "standalone_building") select.append(new Option(text, key));
    }
    return gapElement("label", "form-label mb-0", gapSay("new_category"), select);
  };

  const proposalsOf = (proposals) => {
    const list = gapElement("div", "list-group list-group-flush fugai-gaps-proposals");
    if (!proposals.length) return gapElement("p", "text-secondary small mb-0", gapSay("no_proposals"));
    for (const one of proposals) {
      const facts = [
        gapSay("distance", { metres: Math.round(one.distance_m) }),
        gapSay(one.same_side ? "same_side" : "across"),
        one.same_neighbourhood ? gapSay("same_neighbourhood") : "",
        one.management_types.map((key) => gapsConfig.labels.ManagementType[key]).join("、"),
      ].filter(Boolean).join(" · ");
      const item = gapElement("button", "list-group-item list-group-item-action", gapElement("b", "", one.name), gapElement("div", "small text-secondary", facts));
      item.type = "button";
      item.addEventListener("click", () => {
        state.target = one.site;
        for (const other of list.children) other.classList.toggle("active", other === item);
        onPreview(one.boundary);
      });
      list.append(item);
    }
    return list;
  };

  const twins = () => {
    const { gap } = state;
    const list = gapElement("div", "btn-list");
    for (const [id, name] of [[gap.site, gap.name], [gap.other.id, gap.other.name]]) {
      const button = gapElement("button", "btn btn-sm", gapSay("stays", { name }));
      button.type = "button";
      button.addEventListener("click", () => {
        state.target = id;
        for (const other of list.children) other.classList.toggle("active", other === button);
      });
      list.append(button);
    }
    return list;
  };

  const act = () => {
    const form = panel.querySelector("form");
    if (!form.reportValidity()) return;
    const body = { decision: state.decision };
    for (const input of form.elements) {
      if (!input.name || input.type === "file" || !input.value.trim()) continue;
      body[input.name] = input.type === "number" ? Number(input.value) : input.value.trim();
    }
    if (state.target) body.target = state.target;
    onDecide(body, form.elements.file?.files[0]);
  };

  const choose = (decision) => {
    state.decision = decision;
    state.target = null;
    onPreview(null);
    for (const button of panel.querySelectorAll("[data-decision]")) {
      button.classList.toggle("active", button.dataset.decision === decision);
    }
    const form = gapElement("form", "fugai-gaps-form");
    if (decision === "merge") form.append(proposalsOf(state.gap?.proposals ?? []));
    if (decision === "duplicate" && state.gap?.kind === "double") form.append(twins());
    form.append(fieldsOf(decision));
    const submit = gapElement("button", "btn btn-primary btn-sm", gapSay("decide", { what: gapsConfig.labels.GapDecision[decision] }), " ", gapElement("kbd", "", "Enter"));
    form.append(submit);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      act();
    });
    panel.querySelector("form")?.remove();
    panel.append(form);
    if (decision === "merge") form.querySelector(".list-group-item")?.click();
    (form.querySelector("input[required], [name=note]") ?? submit).focus({ preventScroll: true });
  };

  const decisionButtons = (decisions) => {
    const list = gapElement("div", "btn-list fugai-gaps-decisions");
    decisions.forEach((decision, index) => {
      const button = gapElement("button", "btn btn-sm", gapElement("kbd", "", String(index + 1)), ` ${gapsConfig.labels.GapDecision[decision]}`);
      button.type = "button";
      button.dataset.decision = decision;
      button.addEventListener("click", () => choose(decision));
      list.append(button);
    });
    return list;
  };

  const linksOf = (gap) => {
    const links = gapElement("div", "btn-list");
    if (!gap.site) return links;
    const record = gapElement("a", "btn btn-sm", gapSay("record"));
    record.href = `/sites/${gap.site}`;
    links.append(record);
    if (gap.kind === "unmanaged") {
      const plan = gapElement("a", "btn btn-sm btn-primary", gapSay("plan"));
      plan.href = `/sites/${gap.site}/plan`;
      links.append(plan);
    }
    if (FIX[gap.kind] && gapsConfig.mayDecide) {
      const fix = gapElement("a", "btn btn-sm btn-primary", gapSay(`fix_${gap.kind}`));
      fix.href = `/sites/${gap.site}${FIX[gap.kind]}`;
      links.append(fix);
    }
    return links;
  };

  const show = (gap) => {
    if (state.gap?.id === gap.id && state.decision) {
      // More is known of it now; what the person has begun to write stays.
      state.gap = gap;
      if (state.decision === "merge") choose("merge");
      return;
    }
    state.gap = gap;
    state.decision = null;
    const place = [gap.town_name, gap.neighbourhood_name, gap.address].filter(Boolean).join(" · ");
    const facts = [gapTime(gap), ...gapReasons(gap)].filter(Boolean);
    panel.replaceChildren(
      gapElement("div", "d-flex justify-content-between align-items-start gap-2", gapElement("div", "", gapElement("h2", "", gapName(gap)), gapElement("div", "text-secondary small", place)), close),
      gapElement("div", "small", facts.join(" · ")),
      linksOf(gap),
    );
    if (gapsConfig.mayDecide && gap.decisions.length) panel.append(decisionButtons(gap.decisions));
    panel.hidden = false;
  };

  const showMany = (count, decisions) => {
    state.gap = null;
    panel.replaceChildren(gapElement("div", "d-flex justify-content-between gap-2", gapElement("h2", "", gapSay("chosen", { count })), close));
    panel.append(decisionButtons(decisions.filter((one) => !MAKES.includes(one) && one !== "merge")));
    panel.hidden = false;
  };

  const hide = () => {
    panel.hidden = true;
    panel.replaceChildren();
    state.gap = null;
  };

  const press = (number) => panel.querySelectorAll("[data-decision]")[number - 1]?.click();
  return { show, showMany, hide, press };
}
