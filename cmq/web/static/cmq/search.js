// Comforts of the search page, which works without them: completion of what is typed, « autour de moi » with consent.
(function () {
  "use strict";

  function around(line) {
    if (!("geolocation" in navigator)) return;
    const button = line.querySelector("button");
    const said = line.querySelector("[role=status]");
    line.hidden = false;
    button.addEventListener("click", () => {
      said.textContent = "Recherche de votre position…";
      navigator.geolocation.getCurrentPosition(
        (found) => {
          const address = new URL(button.form.action);
          new FormData(button.form).forEach((value, name) => {
            if (value && !["lieu", "autour", "page"].includes(name)) address.searchParams.append(name, value);
          });
          const { latitude, longitude } = found.coords;
          address.searchParams.set("autour", latitude.toFixed(3) + "," + longitude.toFixed(3));
          location.assign(address);
        },
        () => {
          said.textContent = "Position refusée ou inconnue : écrivez une commune.";
        },
        { maximumAge: 300000, timeout: 10000 },
      );
    });
  }

  // A chosen commune replaces the position.
  const place = document.getElementById("lieu");
  const position = document.querySelector("input[name=autour]");
  if (place && position) place.addEventListener("input", () => position.remove());
  document.querySelectorAll("[data-around]").forEach(around);
})();
