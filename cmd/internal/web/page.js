// Shows how far a check is, takes a dropped file, and keeps a stream open that
// tells the program when this page is closed. The page can be read without it.
"use strict";
(() => {
  const events = new EventSource(document.currentScript.dataset.events);
  const wait = document.getElementById("wait");
  const line = document.getElementById("progress");
  events.addEventListener("progress", e => { if (line) line.textContent = JSON.parse(e.data); });
  events.addEventListener("done", () => { if (wait) location.replace(wait.dataset.then); });
  addEventListener("pagehide", () => events.close());
  // A page that the browser kept has no stream any more.
  addEventListener("pageshow", e => { if (e.persisted) location.reload(); });

  const drop = document.getElementById("drop");
  if (!drop) return;
  const input = drop.querySelector("input[type=file]"), tooLarge = document.getElementById("too-large");
  const send = files => {
    if (!files.length) return;
    const fits = files[0].size <= Number(drop.dataset.most);
    tooLarge.hidden = fits;
    if (!fits) return;
    input.files = files;
    drop.submit();
  };
  for (const name of ["dragenter", "dragover"]) {
    drop.addEventListener(name, e => { e.preventDefault(); drop.classList.add("over"); });
  }
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", e => { e.preventDefault(); drop.classList.remove("over"); send(e.dataTransfer.files); });
  drop.addEventListener("submit", e => {
    e.preventDefault();
    send(input.files);
  });
  // A file that misses the field must not replace this page.
  for (const name of ["dragover", "drop"]) addEventListener(name, e => e.preventDefault());
})();
