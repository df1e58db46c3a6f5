// Sharing without anybody's script: the device's own sheet where there is one, and the address to copy.
(function () {
  "use strict";
  const device = document.getElementById("partage-appareil"), copy = document.getElementById("partage-copie");
  const said = document.getElementById("partage-dit");
  if (!device || !copy) return;
  if (navigator.share) {
    device.hidden = false;
    device.addEventListener("click", () => {
      navigator.share({ title: device.dataset.title, url: device.dataset.url }).catch(() => {});
    });
  }
  if (navigator.clipboard) {
    copy.hidden = false;
    copy.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(copy.dataset.url);
        said.textContent = "Adresse copiée.";
      } catch (error) {
        said.textContent = "L’adresse n’a pas pu être copiée : " + copy.dataset.url;
      }
    });
  }
})();
