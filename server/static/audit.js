// The chain of the audit, counted anew when somebody asks.
"use strict";

const button = document.querySelector('[data-act="verify"]');
button.addEventListener("click", async () => {
  const told = document.querySelector('[data-part="chain"]');
  const fill = (text, facts) => text.replace(/\{(\w+)\}/g, (_, name) => facts[name] ?? "…");
  button.disabled = true;
  told.className = "align-self-center";
  told.textContent = button.dataset.wait;
  const answer = await fetch("/api/audit/chain");
  const chain = await answer.json();
  const facts = { lines: chain.lines, head: (chain.head || "").slice(0, 16), number: chain.broken_at ?? chain.unsealed };
  told.textContent = answer.ok ? fill(chain.is_whole ? button.dataset.whole : button.dataset.broken, facts) : chain.detail;
  told.classList.add(chain.is_whole ? "fugai-complete" : "fugai-missing");
  button.disabled = false;
});
