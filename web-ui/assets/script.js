// Small conveniences. Every page works without this file.
(() => {
  "use strict";
  const all = (selector) => document.querySelectorAll(selector);

  // A user code groups itself as XXXX-XXXX; the cursor stays behind the same character.
  const plain = (text) => text.toUpperCase().replace(/[^0-9A-Z]/g, "");
  const grouped = (text) => text.replace(/^(.{4})(?=.)/, "$1-");
  for (const field of all("input[data-code]")) {
    const group = () => {
      const before = plain(field.value.slice(0, field.selectionStart)).length;
      const next = grouped(plain(field.value));
      if (next === field.value) return;
      field.value = next;
      const at = before + (before > 4 ? 1 : 0);
      field.setSelectionRange(at, at);
    };
    field.addEventListener("input", (event) => {
      if (!event.isComposing) group();
    });
  }

  // A form is sent once, until it is clear that nothing came of it. Its buttons
  // stay enabled, or their values would be lost.
  const release = () => {
    for (const form of all("form[aria-busy]")) form.removeAttribute("aria-busy");
  };
  addEventListener("submit", (event) => {
    const form = event.target;
    if (form.hasAttribute("aria-busy")) return event.preventDefault();
    form.setAttribute("aria-busy", "true");
    setTimeout(release, 5000);
  });
  addEventListener("pageshow", release);

  // A password can be looked at, and is hidden again before it is sent.
  for (const button of all("button[data-reveal]")) {
    const field = document.getElementById(button.dataset.reveal);
    const show = (shown) => {
      field.type = shown ? "text" : "password";
      button.setAttribute("aria-pressed", String(shown));
    };
    button.hidden = false;
    button.addEventListener("click", () => show(field.type === "password"));
    field.form.addEventListener("submit", () => show(false));
  }

  // Times count from now; the exact one stays as a tooltip.
  const units = [["day", 86400], ["hour", 3600], ["minute", 60]];
  const words = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" });
  const tell = () => {
    for (const time of all("time[data-relative]")) {
      time.title ||= time.textContent.trim();
      const seconds = (Date.parse(time.dateTime) - Date.now()) / 1000;
      if (Number.isNaN(seconds)) continue;
      const [unit, size] = units.find(([, size]) => Math.abs(seconds) >= size) ?? ["minute", 60];
      time.textContent = words.format(Math.trunc(seconds / size), unit);
    }
  };
  tell();
  setInterval(tell, 30000);

  // What has to be taken along is copied on a press.
  for (const button of all("button[data-copy]")) {
    if (!navigator.clipboard) break;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
      button.textContent = button.dataset.copied;
    });
  }

  // The current section is in sight where the navigation is a row.
  const row = document.querySelector(".group.open ul");
  const here = row?.querySelector("[aria-current]");
  if (here) row.scrollLeft = here.offsetLeft - row.offsetLeft - 16;

  // An answer for an app is on its way by itself.
  for (const form of all("form[data-auto-submit]")) form.requestSubmit();
})();
