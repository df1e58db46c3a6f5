// Writing a part of a file: saved while one types, with the names of who else is writing. The page works without it.
(function () {
  "use strict";
  const form = document.getElementById("partie");
  if (!form) return;
  const text = form.elements.text, version = form.elements.version;
  const said = document.getElementById("enregistrement"), present = document.getElementById("presence");
  const token = form.elements.csrfmiddlewaretoken.value;
  let saved = text.value, saving = false, stopped = false, waiting = 0;

  function changed() {
    return text.value !== saved;
  }
  async function save() {
    if (saving || stopped || !changed()) return;
    saving = true;
    const sent = text.value;
    try {
      const body = new URLSearchParams({ text: sent, version: version.value, csrfmiddlewaretoken: token });
      const answer = await fetch(form.dataset.autosave, { method: "POST", body, credentials: "same-origin" });
      const data = await answer.json();
      if (answer.ok) {
        version.value = data.version;
        saved = sent;
        // Merged with somebody else's words: shown at once, unless one has typed on.
        if (data.text !== null && text.value === sent) saved = text.value = data.text;
        const hour = new Date().toLocaleTimeString("fr-FR", { hour: "2-digit", minute: "2-digit" });
        said.textContent = data.text === null ? "Enregistré à " + hour + "." : "Enregistré à " + hour + ", avec les mots d’une autre personne.";
      } else {
        // A conflict is settled on the page itself: the button posts the text and shows both versions.
        stopped = true;
        said.textContent = data.message + " Utilisez le bouton « Enregistrer ».";
      }
    } catch (error) {
      said.textContent = "Pas encore enregistré : la connexion manque. Nouvel essai dans un instant.";
    } finally {
      saving = false;
    }
  }
  async function greet() {
    try {
      const answer = await fetch(form.dataset.presence, { credentials: "same-origin" });
      const names = (await answer.json()).present;
      present.textContent = names.length ? names.join(", ") + (names.length > 1 ? " sont" : " est") + " en train d’écrire ici." : "";
    } catch (error) {
      present.textContent = "";
    }
  }
  text.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(save, 2500);
  });
  setInterval(save, 20000);
  setInterval(greet, 20000);
  form.addEventListener("submit", () => {
    stopped = true;
  });
  window.addEventListener("beforeunload", (event) => {
    if (changed() && !stopped) event.preventDefault();
  });
})();
