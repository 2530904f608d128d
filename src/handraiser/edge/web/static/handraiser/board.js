// The board: a card is dragged to whoever is to have it, or given by a key.
(() => {
  let dragged = null;
  const column = (event) => event.target.closest?.("[data-column]");
  const over = (place) => {
    for (const each of document.querySelectorAll(".board-over")) if (each !== place) each.classList.remove("board-over");
    place?.classList.add("board-over");
  };
  // Where a card may be dropped: on somebody who is there and does not have it already.
  const takes = (place) => dragged && place?.matches("[data-takes]") && !place.contains(dragged);

  document.addEventListener("dragstart", (event) => {
    dragged = event.target.closest?.("[data-episode][draggable]") ?? null;
    if (!dragged) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.dataset.episode);
    dragged.classList.add("board-dragged");
  });
  document.addEventListener("dragover", (event) => {
    const place = takes(column(event)) ? column(event) : null;
    over(place);
    if (!place) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "move";
  });
  document.addEventListener("drop", (event) => {
    const place = column(event);
    if (!takes(place)) return;
    event.preventDefault();
    const address = `/episodes/${dragged.dataset.episode}/assign`;
    end();
    htmx.ajax("POST", address, { target: "#dialog", swap: "none", values: { to: place.dataset.column } });
  });
  document.addEventListener("dragend", end);
  function end() {
    dragged?.classList.remove("board-dragged");
    dragged = null;
    over(null);
  }
  // Nothing is drawn anew under somebody's hand.
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (dragged && event.target.id === "board") event.preventDefault();
  });
  let across = 0; // how far it was scrolled
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.target.id !== "board") return;
    if (dragged) event.detail.shouldSwap = false;
    across = event.target.scrollLeft;
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.id === "board") event.target.scrollLeft = across;
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const card = event.target.closest?.("[data-episode]");
    if (!card) return;
    if (event.key === "g") card.querySelector("[data-gives]")?.click();
    else if (event.key === "ArrowRight" || event.key === "ArrowLeft") beside(card, event.key === "ArrowRight" ? 1 : -1);
    else return;
    event.preventDefault();
  });
  function beside(card, step) {
    const columns = [...document.querySelectorAll("[data-column]")];
    const place = [...card.parentElement.children].indexOf(card);
    for (let at = columns.indexOf(card.closest("[data-column]")) + step; columns[at]; at += step) {
      const cards = columns[at].querySelectorAll("[data-episode]");
      if (cards.length) return cards[Math.min(place, cards.length - 1)].focus();
    }
  }
})();
