// What works only with a script: keys, keeping the lease, counting seconds. Everything else is plain forms.
"use strict";

document.documentElement.classList.add("scripted");
const form = document.getElementById("verdict");
const typing = (target) => target.matches("textarea, select, input:not([type=radio]):not([type=checkbox])");

function press(control) {
  if (control.matches("input")) {
    if (control.disabled) return;
    control.checked = true;
    control.focus();
  } else if (control.matches("summary")) {
    control.parentElement.open = true;
    const box = control.parentElement.querySelector("input[name=reason]");
    box.focus();
    box.select();
  } else {
    control.click();
  }
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === "Escape" && typing(event.target)) return event.target.blur();
  if (typing(event.target) || document.querySelector("dialog[open]")) return;
  if (event.key === "Enter") {
    if (!form || event.target.closest("a, button, summary")) return;
    event.preventDefault();
    return form.requestSubmit();
  }
  const control = document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (!control) return;
  event.preventDefault();
  press(control);
});

for (const opener of document.querySelectorAll("[data-opens]"))
  opener.addEventListener("click", () => document.getElementById(opener.dataset.opens).showModal());

for (const offer of document.querySelectorAll("[data-vanish]"))
  setTimeout(() => offer.parentElement.remove(), Number(offer.dataset.vanish) * 1000);

if (form) {
  // Seconds the page was in front of somebody, not seconds it lay in a background tab.
  let seconds = 0;
  setInterval(() => { if (!document.hidden) seconds += 1; }, 1000);
  form.addEventListener("submit", () => {
    form.elements.seconds_spent.disabled = false;
    form.elements.seconds_spent.value = seconds;
  });
  const renew = async () => {
    const body = new URLSearchParams({ csrf_token: form.elements.csrf_token.value });
    try {
      const answer = await fetch(form.dataset.renew, { method: "POST", body });
      if (answer.ok && !answer.redirected) return;
      clearInterval(timer);
      const lease = document.getElementById("lease");
      lease.textContent = lease.dataset.lost;
      lease.className = "notice bad";
    } catch {
      // The network is away: the next beat tries again.
    }
  };
  // Three beats a lease, so that one lost beat costs nothing.
  const timer = setInterval(renew, Math.max(Number(form.dataset.lease) / 3, 1) * 1000);
}
