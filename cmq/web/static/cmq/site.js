// Comforts over pages that work without them: a menu that folds on small screens, completion of what is typed.
(function () {
  "use strict";

  function foldMenu() {
    const button = document.getElementById("bouton-menu");
    const menu = document.getElementById("navigation");
    if (!button || !menu) return;
    button.hidden = false;
    menu.classList.add("cmq-menu--foldable", "cmq-menu--closed");
    const set = (open) => {
      menu.classList.toggle("cmq-menu--closed", !open);
      button.setAttribute("aria-expanded", String(open));
    };
    button.addEventListener("click", () => set(button.getAttribute("aria-expanded") !== "true"));
    menu.addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        set(false);
        button.focus();
      }
    });
    document.querySelectorAll('a[href="#navigation"]').forEach((link) => link.addEventListener("click", () => set(true)));
  }

  // ARIA combobox with a list (WAI-ARIA 1.2): the field keeps the focus, arrows move in the list.
  function complete(input) {
    const list = document.createElement("ul");
    const said = document.createElement("p");
    let options = [], active = -1, waiting = 0, asked = 0;
    list.className = "cmq-completion__list";
    list.id = input.id + "-liste";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "Propositions");
    list.hidden = true;
    said.className = "cmq-visually-hidden";
    said.setAttribute("role", "status");
    input.parentNode.classList.add("cmq-completion");
    input.after(list, said);
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", list.id);
    input.setAttribute("aria-expanded", "false");
    input.autocomplete = "off";

    function close() {
      list.hidden = true;
      active = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    }
    function choose(index) {
      if (options[index].url) return location.assign(options[index].url);
      input.value = options[index].label;
      close();
    }
    function highlight(index) {
      active = (index + options.length) % options.length;
      Array.from(list.children).forEach((item, at) => item.setAttribute("aria-selected", String(at === active)));
      input.setAttribute("aria-activedescendant", list.children[active].id);
      list.children[active].scrollIntoView({ block: "nearest" });
    }
    function show(found) {
      options = found;
      list.replaceChildren(...found.map((option, at) => {
        const item = document.createElement("li");
        item.id = list.id + "-" + at;
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", "false");
        item.textContent = option.kind ? option.label + " (" + option.kind.toLowerCase() + ")" : option.label;
        item.addEventListener("mousedown", (event) => {
          event.preventDefault();
          choose(at);
        });
        return item;
      }));
      active = -1;
      list.hidden = !found.length;
      input.setAttribute("aria-expanded", String(found.length > 0));
      said.textContent = found.length ? found.length + " propositions" : "Aucune proposition";
    }
    async function ask(text) {
      const mine = ++asked;
      const answer = await fetch(input.dataset.completion + "?q=" + encodeURIComponent(text)).catch(() => null);
      if (answer && answer.ok && mine === asked) {
        const found = await answer.json();
        show(found.communes || found.suggestions);
      }
    }
    input.addEventListener("input", () => {
      clearTimeout(waiting);
      asked++;
      const text = input.value.trim();
      if (text.length < 2) return close();
      waiting = setTimeout(() => ask(text), 180);
    });
    input.addEventListener("keydown", (event) => {
      if (list.hidden) return;
      if (event.key === "ArrowDown") highlight(active + 1);
      else if (event.key === "ArrowUp") highlight(active < 0 ? options.length - 1 : active - 1);
      else if (event.key === "Enter" && active >= 0) choose(active);
      else if (event.key === "Escape") close();
      else return;
      event.preventDefault();
    });
    input.addEventListener("blur", close);
  }

  foldMenu();
  document.querySelectorAll("input[data-completion]").forEach(complete);
})();
