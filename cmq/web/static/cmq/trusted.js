// What the map’s library may write as text instead of elements: its own few marks, and the address of its own script.
// Any other string that a script would put where HTML or code goes is refused by the browser (Trusted Types).
(function () {
  "use strict";
  if (!window.trustedTypes || window.trustedTypes.defaultPolicy) return;
  const MARKS = /^(?:[^<>]|<\/?(?:span|svg|g|path|circle|text)(?: (?:aria-hidden|class|viewBox|d|cx|cy|r|x|y)="[^"<>]*")*\/?>)*$/;
  const LIBRARY = /^\/static\/vendor\/leaflet\/leaflet(?:\.[0-9a-f]+)?\.js$/;
  window.trustedTypes.createPolicy("default", {
    createHTML: (text) => (MARKS.test(text) ? text : null),
    createScriptURL: (text) => {
      const address = new URL(text, location.origin);
      return address.origin === location.origin && LIBRARY.test(address.pathname) ? text : null;
    },
  });
})();
