// Writing an article: buttons that put the marks, saving while one types, things to insert. The form works without it.
(function () {
  "use strict";
  const form = document.getElementById("redaction");
  if (!form) return;
  const text = form.elements.body, version = form.elements.version, said = document.getElementById("enregistrement");
  const token = form.elements.csrfmiddlewaretoken.value;
  const written = ["title", "standfirst", "body", "byline", "picture"];
  let saved = state(), saving = false, stopped = false, waiting = 0;

  function state() {
    return JSON.stringify(written.map((name) => form.elements[name].value));
  }
  async function save() {
    const sent = state();
    if (saving || stopped || sent === saved) return;
    saving = true;
    try {
      const body = new URLSearchParams({ version: version.value, csrfmiddlewaretoken: token });
      written.forEach((name) => body.set(name, form.elements[name].value));
      const answer = await fetch(form.dataset.autosave, { method: "POST", body, credentials: "same-origin" });
      const data = await answer.json();
      if (answer.ok) {
        version.value = data.version;
        saved = sent;
        said.textContent = "Enregistré à " + new Date().toLocaleTimeString("fr-FR", { hour: "2-digit", minute: "2-digit" }) + ".";
      } else {
        // Somebody else saved: the button shows both texts. Anything else may pass once it is put right.
        stopped = answer.status === 409;
        said.textContent = data.message + (stopped ? " Utilisez le bouton « Enregistrer »." : "");
      }
    } catch (error) {
      said.textContent = "Pas encore enregistré : la connexion manque. Nouvel essai dans un instant.";
    } finally {
      saving = false;
    }
  }
  function later() {
    clearTimeout(waiting);
    waiting = setTimeout(save, 2500);
  }

  // What is put goes through the browser's own editing, so that « annuler » takes it back.
  function put(start, end, value, from, to) {
    text.focus();
    text.setSelectionRange(start, end);
    if (!document.execCommand("insertText", false, value)) text.setRangeText(value, start, end, "end");
    text.setSelectionRange(from, to);
    later();
  }
  function around(before, after, sample) {
    const start = text.selectionStart, end = text.selectionEnd, chosen = text.value.slice(start, end) || sample;
    put(start, end, before + chosen + after, start + before.length, start + before.length + chosen.length);
  }
  function lines(mark) {
    const start = text.value.lastIndexOf("\n", text.selectionStart - 1) + 1;
    let end = text.value.indexOf("\n", text.selectionEnd);
    if (end < 0) end = text.value.length;
    const bare = /^(#{1,6} |- |\d+\. |> )/;
    const value = text.value.slice(start, end).split("\n").map((line, at) => {
      const sign = typeof mark === "function" ? mark(at) : mark;
      return line.startsWith(sign) ? line.slice(sign.length) : sign + line.replace(bare, "");
    }).join("\n");
    put(start, end, value, start, start + value.length);
  }
  function block(value) {
    const at = text.selectionEnd, before = text.value.slice(0, at), after = text.value.slice(at);
    const head = !before || before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n";
    const tail = !after || after.startsWith("\n\n") ? "" : after.startsWith("\n") ? "\n" : "\n\n";
    const cursor = at + head.length + value.length;
    put(at, at, head + value + tail, cursor, cursor);
  }

  const BUTTONS = [
    ["Intertitre", "H2", () => lines("## ")],
    ["Sous-titre", "H3", () => lines("### ")],
    ["Gras", "G", () => around("**", "**", "texte"), "b"],
    ["Italique", "I", () => around("*", "*", "texte"), "i"],
    ["Lien", "Lien", () => around("[", "](https://)", "mots du lien"), "k"],
    ["Liste à puces", "•", () => lines("- ")],
    ["Liste numérotée", "1.", () => lines((at) => at + 1 + ". ")],
    ["Citation", "«", () => lines("> ")],
    ["Encadré", "Encadré", () => around("::: info\n", "\n:::", "Texte")],
    ["Tableau", "Tableau", () => block("| Colonne | Colonne |\n|---|---|\n| Case | Case |")],
  ];
  const bar = document.createElement("div");
  bar.className = "cmq-marks";
  bar.setAttribute("role", "toolbar");
  bar.setAttribute("aria-label", "Mise en forme du texte");
  bar.setAttribute("aria-controls", text.id);
  BUTTONS.forEach(([label, face, act, key], at) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "fr-btn fr-btn--sm fr-btn--tertiary";
    button.textContent = face;
    button.setAttribute("aria-label", label);
    button.title = label + (key ? " (Ctrl+" + key.toUpperCase() + ")" : "");
    button.tabIndex = at ? -1 : 0;
    button.addEventListener("click", act);
    bar.append(button);
  });
  // A toolbar is one stop of the Tab key: arrows move inside (WAI-ARIA).
  bar.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const all = Array.from(bar.children), next = all[(all.indexOf(document.activeElement) + step + all.length) % all.length];
    all.forEach((each) => { each.tabIndex = each === next ? 0 : -1; });
    next.focus();
    event.preventDefault();
  });
  text.before(bar);
  text.addEventListener("keydown", (event) => {
    const found = (event.ctrlKey || event.metaKey) && !event.altKey && BUTTONS.find(([, , , key]) => key && key === event.key.toLowerCase());
    if (!found) return;
    event.preventDefault();
    found[2]();
  });

  document.querySelectorAll("[data-mark]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => block(button.dataset.mark));
  });

  const things = document.getElementById("fiches");
  if (things) {
    const kinds = [["campus", "Campus"], ["formation", "Formation"], ["metier", "Fiche métier"], ["offre", "Offre d’emploi"], ["evenement", "Événement"], ["projet", "Projet"]];
    const kind = document.createElement("select"), q = document.createElement("input"), found = document.createElement("ul");
    const told = document.createElement("p");
    kind.className = "fr-select";
    kind.setAttribute("aria-label", "Sorte de fiche");
    kinds.forEach(([value, label]) => kind.append(new Option(label, value)));
    q.className = "fr-input";
    q.type = "search";
    q.setAttribute("aria-label", "Mots de la fiche");
    found.className = "cmq-pick";
    told.setAttribute("role", "status");
    things.append(kind, q, told, found);
    let asked = 0, hold = 0;
    async function look() {
      const turn = ++asked;
      if (!q.value.trim()) return found.replaceChildren();
      const query = new URLSearchParams({ q: q.value, sorte: kind.value, forme: "json" });
      const answer = await fetch(things.dataset.things + "?" + query, { credentials: "same-origin" });
      if (turn !== asked || !answer.ok) return;
      const data = await answer.json();
      told.textContent = data.found.length ? "" : "Aucune fiche.";
      found.replaceChildren(...data.found.map((each) => {
        const item = document.createElement("li"), button = document.createElement("button"), words = document.createElement("span");
        button.type = "button";
        button.className = "fr-btn fr-btn--sm fr-btn--tertiary";
        button.textContent = "Insérer";
        button.setAttribute("aria-label", "Insérer : " + each.title);
        button.addEventListener("click", () => block(each.mark));
        words.textContent = [each.title, each.details, each.note].filter(Boolean).join(" – ");
        item.append(button, words);
        return item;
      }));
    }
    q.addEventListener("input", () => { clearTimeout(hold); hold = setTimeout(look, 250); });
    q.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); look(); } });
    kind.addEventListener("change", look);
  }

  form.addEventListener("input", later);
  form.addEventListener("change", later);
  setInterval(save, 20000);
  form.addEventListener("submit", () => { stopped = true; });
  window.addEventListener("beforeunload", (event) => {
    if (state() !== saved && !stopped) event.preventDefault();
  });
})();
