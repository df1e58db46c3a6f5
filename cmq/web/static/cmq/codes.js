// Recovery codes, copied at once: typing ten of them is where people give up.
(function () {
  "use strict";
  const copy = document.getElementById("codes-copier"), said = document.getElementById("codes-dit");
  if (!copy || !navigator.clipboard) return;
  copy.hidden = false;
  copy.addEventListener("click", async () => {
    const codes = Array.from(document.querySelectorAll(".cmq-codes code"), (code) => code.textContent);
    try {
      await navigator.clipboard.writeText(codes.join("\n"));
      said.textContent = "Codes copiés : collez-les dans votre gestionnaire de mots de passe.";
    } catch (error) {
      said.textContent = "Les codes n’ont pas pu être copiés : notez-les ou téléchargez-les.";
    }
  });
})();
