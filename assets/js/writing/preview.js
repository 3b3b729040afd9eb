// SPDX-License-Identifier: AGPL-3.0-or-later
// The toolbar of a text, and its preview: the very rendering readers get, made by the site.

export function showPreview(form, story) {
  const tools = story.querySelector("[data-tools]");
  if (!tools) return;
  const text = story.querySelector("textarea");
  const pane = story.querySelector("[data-preview-pane]");
  const button = story.querySelector("[data-show-preview]");
  tools.hidden = false;
  fit(text);
  text.addEventListener("input", () => fit(text));
  button.addEventListener("click", async () => {
    const showing = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(showing));
    story.querySelector("markdown-toolbar").hidden = showing;
    if (showing) pane.innerHTML = await rendered(form, text.value);
    pane.hidden = !showing;
    text.hidden = showing;
    if (!showing) text.focus();
  });
}

async function rendered(form, text) {
  const body = new URLSearchParams({ text, footnotes: form.elements.footnotes?.value ?? "" });
  try {
    const answer = await fetch(form.dataset.preview, {
      method: "POST",
      body,
      headers: { "X-CSRFToken": form.elements.csrf_token.value },
    });
    if (answer.ok) return await answer.text();
  } catch {
    // Said below, as for any other refusal.
  }
  const sorry = document.createElement("p");
  sorry.className = "form-wrong";
  sorry.textContent = form.dataset.lost;
  return sorry.outerHTML;
}

function fit(text) {
  if (text.scrollHeight > text.clientHeight) text.style.height = `${Math.min(text.scrollHeight + 4, innerHeight * 0.7)}px`;
}
