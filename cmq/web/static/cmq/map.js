// The map that moves, over the drawn one: fetched only when a reader asks for it.
(function () {
  "use strict";

  const SHAPES = {
    "en-cours": '<circle cx="12" cy="12" r="9"/>',
    "a-renouveler": '<circle cx="12" cy="12" r="9"/><path d="M12 5v14"/>',
    "suspendu": '<path d="M3 3h6v18H3zM15 3h6v18h-6z"/>',
    "retire": '<path d="M12 22L2 3h20z"/>',
    "termine": '<path d="M2 8h20v8H2z"/>',
    "expire": '<path d="M4 4h16v16H4z"/>',
    "en-creation": '<path d="M12 2l10 19H2z"/>',
    "a-verifier": '<path d="M12 1l11 11-11 11L1 12z"/>',
  };

  const PLACES = [
    ["France métropolitaine", 41.2, -5.3, 51.2, 9.75],
    ["Antilles", 14.3, -63.2, 18.2, -60.7],
    ["Guyane", 2.0, -54.8, 5.9, -51.5],
    ["La Réunion", -21.5, 55.1, -20.8, 55.9],
    ["Mayotte", -13.1, 44.9, -12.6, 45.4],
    ["Polynésie française", -28, -155, -7, -134],
    ["Nouvelle-Calédonie", -23, 163, -19, 169],
    ["Wallis-et-Futuna", -14.5, -178.3, -13, -176],
    ["Saint-Pierre-et-Miquelon", 46.7, -56.5, 47.2, -56],
  ];

  // What lets this script run lets the one that it fetches run, where a page says so by number.
  const nonce = document.currentScript.nonce;

  function load(tag, attributes) {
    return new Promise((done, failed) => {
      const element = Object.assign(document.createElement(tag), attributes, { nonce });
      element.onload = done;
      element.onerror = failed;
      document.head.append(element);
    });
  }

  function text(tag, words, attributes) {
    return Object.assign(document.createElement(tag), { textContent: words }, attributes || {});
  }

  // Campuses of one spot share one marker.
  function bySpot(features) {
    const spots = new Map();
    for (const feature of features) {
      if (!feature.geometry) continue;
      const points = feature.geometry.type === "Point" ? [feature.geometry.coordinates] : feature.geometry.coordinates;
      for (const point of points) {
        const key = point.join();
        if (!spots.has(key)) spots.set(key, { point, campuses: [] });
        spots.get(key).campuses.push(feature.properties);
      }
    }
    return [...spots.values()];
  }

  function popup(campuses) {
    const list = document.createElement("ul");
    for (const campus of campuses) {
      const item = document.createElement("li");
      item.append(text("a", campus.nom, { href: "/campus/" + campus.identifiant + "/" }));
      list.append(item);
    }
    return list;
  }

  function addMarkers(map, features) {
    const L = window.L;
    const METROPOLE = L.latLngBounds([41.2, -5.3], [51.2, 9.75]);
    const group = L.featureGroup();
    for (const { point, campuses } of bySpot(features)) {
      const many = campuses.length > 1;
      const kind = many ? "en-cours" : campuses[0].etat_du_label;
      const names = campuses.map((campus) => campus.nom).join(", ");
      const svg = '<svg viewBox="0 0 24 24" aria-hidden="true"><g class="cmq-mark-shape cmq-mark-shape--' +
        (many ? "member" : kind) + '">' + SHAPES[kind] + "</g>" + (many ? '<text x="12" y="15.5">' + campuses.length + "</text>" : "") + "</svg>";
      const size = many ? 28 : 24;
      const icon = L.divIcon({ html: svg, className: "cmq-pin", iconSize: [size, size] });
      const marker = L.marker([point[1], point[0]], { icon, keyboard: true, title: names, alt: names });
      marker.bindPopup(() => popup(campuses)).addTo(group);
      marker.on("add", () => marker.getElement().setAttribute("aria-label", names));
    }
    group.addTo(map);
    const spots = group.getLayers().map((marker) => marker.getLatLng());
    const near = spots.filter((spot) => METROPOLE.contains(spot));
    const shown = near.length ? near : spots;
    if (shown.length) map.fitBounds(L.latLngBounds(shown).pad(0.1), { maxZoom: 9, animate: false });
    return spots;
  }

  // The overseas territories are far: one button leads to each that holds something.
  function addPlaces(map, spots, box) {
    const L = window.L;
    const list = Object.assign(document.createElement("ul"), { className: "cmq-live-map__places" });
    list.setAttribute("aria-label", "Déplacer la carte vers");
    for (const [name, south, west, north, east] of PLACES) {
      const bounds = L.latLngBounds([south, west], [north, east]);
      if (!spots.some((spot) => bounds.contains(spot))) continue;
      const button = text("button", name, { type: "button", className: "fr-btn fr-btn--tertiary fr-btn--sm" });
      button.addEventListener("click", () => map.fitBounds(bounds, { animate: false }));
      const item = document.createElement("li");
      item.append(button);
      list.append(item);
    }
    if (list.children.length > 1) box.before(list);
    return list;
  }

  async function draw(figure, box) {
    await Promise.all([load("link", { rel: "stylesheet", href: figure.dataset.style }), load("script", { src: figure.dataset.script })]);
    const [outline, campuses] = await Promise.all(
      [figure.dataset.outline, figure.dataset.campuses].map((url) => fetch(url).then((answer) => answer.json())));
    const L = window.L;
    const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const map = L.map(box, { attributionControl: false, minZoom: 2, maxZoom: 16, zoomAnimation: !still, fadeAnimation: !still, markerZoomAnimation: !still }).setView([46.6, 2.4], 5);
    map.zoomControl.getContainer().querySelector(".leaflet-control-zoom-in").title = "Agrandir";
    map.zoomControl.getContainer().querySelector(".leaflet-control-zoom-in").setAttribute("aria-label", "Agrandir");
    map.zoomControl.getContainer().querySelector(".leaflet-control-zoom-out").title = "Réduire";
    map.zoomControl.getContainer().querySelector(".leaflet-control-zoom-out").setAttribute("aria-label", "Réduire");
    L.control.attribution({ prefix: "Leaflet" }).addTo(map);
    if (figure.dataset.tiles === "ign") {
      L.tileLayer("https://data.geopf.fr/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=GEOGRAPHICALGRIDSYSTEMS.PLANIGNV2" +
        "&STYLE=normal&FORMAT=image/png&TILEMATRIXSET=PM&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}",
        { attribution: "IGN-F/Géoportail", maxZoom: 18 }).addTo(map);
    }
    L.geoJSON(outline, { interactive: false, className: "cmq-map__land", style: { weight: 1, fillOpacity: figure.dataset.tiles ? 0 : 1 } }).addTo(map);
    return addPlaces(map, addMarkers(map, campuses.features), box);
  }

  for (const figure of document.querySelectorAll("[data-live-map]")) {
    const drawn = figure.querySelector("[data-drawn-map]");
    const button = text("button", "Carte qui se déplace et s’agrandit", { type: "button", className: "fr-btn fr-btn--secondary fr-btn--sm" });
    const said = text("p", "", { className: "cmq-visually-hidden" });
    const box = document.createElement("div");
    let places = null, pending = false;
    said.setAttribute("role", "status");
    button.setAttribute("aria-pressed", "false");
    box.className = "cmq-live-map";
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", "Carte qui se déplace et s’agrandit");
    box.hidden = true;
    figure.prepend(button, said, box);
    button.addEventListener("click", async () => {
      if (pending) return;
      const live = box.hidden;
      box.hidden = !live;
      drawn.hidden = live;
      if (places) places.hidden = !live;
      button.setAttribute("aria-pressed", String(live));
      if (!live || places) return;
      pending = true;
      said.textContent = "La carte se charge.";
      try {
        places = await draw(figure, box);
        said.textContent = "La carte est prête.";
      } catch {
        box.hidden = true;
        drawn.hidden = false;
        button.hidden = true;
        said.textContent = "La carte qui se déplace n’a pas pu être chargée ; la carte dessinée reste là.";
      }
      pending = false;
    });
  }
})();
