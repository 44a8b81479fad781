// Forms post plainly without this. With it: a double press sends once, a long
// upload shows how far it is, and a secret can be copied.
export function enhanceForms(root) {
  root.querySelectorAll?.("form").forEach((form) => {
    if (form.dataset.enhanced) return;
    form.dataset.enhanced = "yes";
    form.addEventListener("submit", () => {
      // After the browser has collected the form, or the button would be left out.
      setTimeout(() => form.querySelectorAll("button[type=submit]").forEach((b) => { b.disabled = true; }));
    });
    if (form.dataset.upload !== undefined) upload(form);
  });
  root.querySelectorAll?.("[data-copy]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.querySelector("[data-word]").textContent = "Copied";
    });
  });
}

// A page that the reader left by the back key must be usable again.
addEventListener("pageshow", () => {
  document.querySelectorAll("button[type=submit]:disabled").forEach((b) => { b.disabled = false; });
});

function upload(form) {
  const bar = form.querySelector("progress"), word = form.querySelector("[data-upload-word]");
  const limit = Number(form.dataset.limit || 0);
  form.querySelector("input[type=file]")?.addEventListener("change", (e) => {
    const file = e.target.files[0];
    const over = file && limit && file.size > limit;
    e.target.setCustomValidity(over ? "This file is larger than the limit of this kind." : file && !file.size ? "This file is empty." : "");
    e.target.reportValidity();
  });
  form.addEventListener("submit", (e) => {
    e.preventDefault();
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.upload.addEventListener("progress", (p) => {
      bar.hidden = false;
      bar.value = p.loaded / p.total;
      word.textContent = p.loaded < p.total
        ? `Uploading, ${Math.floor((100 * p.loaded) / p.total)} %. Then the file is checked and stored.`
        : "Uploaded. Checking and storing the file.";
    });
    request.addEventListener("load", () => {
      if (request.responseURL !== form.action) return location.assign(request.responseURL);
      document.open();
      document.write(request.responseText);
      document.close();
    });
    request.addEventListener("error", () => {
      word.textContent = "The connection was lost before the upload was complete. Nothing was submitted; press Submit to try again.";
      form.querySelectorAll("button[type=submit]").forEach((b) => { b.disabled = false; });
    });
    request.send(new FormData(form));
  });
}
