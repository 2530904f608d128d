// Draws a part of a page anew in place: whoever types, has opened or is at something still does and is.
//
// What others have put among what the server drew stays, and so does what somebody types in a field. Elements are
// known by their ids, or by the `data-item` they are; `data-opens` and `data-body` stay open or closed as they are.
"use strict";
const morph = (() => {
  const ours = new WeakSet(); // what the server drew
  const waits = new Set(); // fields of which the server has not been told yet
  const own = (node) => { ours.add(node); node.childNodes.forEach(own); };
  const isKept = (element, name) => (name === "aria-expanded" && "opens" in element.dataset) || (name === "hidden" && "body" in element.dataset);

  function drawn(root, html) {
    const now = document.createElement("template");
    now.innerHTML = html;
    const at = document.activeElement;
    const was = root.contains(at) && { id: at.id, path: at.dataset.at, start: at.selectionStart, end: at.selectionEnd };
    children(root, now.content);
    if (was && document.activeElement !== at) back(root, was);
  }

  function children(old, now) {
    const rest = new Set([...old.childNodes].filter((each) => ours.has(each)));
    const stays = new Set([...now.childNodes].map((each) => each.id).filter(Boolean));
    // What has another id than before is known by its place: a rule that is called otherwise.
    const sameAs = (fresh) => (each) => fresh.id
      ? each.id && !stays.has(each.id) && each.nodeName === fresh.nodeName && each.dataset.item === fresh.dataset.item
      : !each.id && each.nodeName === fresh.nodeName;
    let last = null; // what has been placed before
    for (const fresh of [...now.childNodes]) {
      const known = (fresh.id && [...rest].find((each) => each.id === fresh.id)) || [...rest].find(sameAs(fresh));
      let next = last ? last.nextSibling : old.firstChild;
      while (next && !ours.has(next)) next = next.nextSibling;
      if (!known || known.nodeName !== fresh.nodeName) {
        own(fresh);
        old.insertBefore(fresh, next);
        last = fresh;
        continue;
      }
      rest.delete(known);
      if (known !== next) {
        // What is not drawn any more makes room, so that what stays need not be moved.
        while (next && next !== known && rest.has(next) && !stays.has(next.id)) {
          const gone = next;
          do next = next.nextSibling; while (next && !ours.has(next));
          rest.delete(gone);
          gone.remove();
        }
        if (known !== next) old.insertBefore(known, next);
      }
      one(known, fresh);
      last = known;
    }
    for (const gone of rest) gone.remove();
  }

  function one(old, now) {
    if (old.nodeType !== Node.ELEMENT_NODE) {
      if (old.data !== now.data) old.data = now.data;
      return;
    }
    const isTyping = waits.has(old) || (old === document.activeElement && "defaultValue" in old && old.value !== old.defaultValue);
    for (const { name, value } of [...now.attributes]) {
      if (!isKept(old, name) && old.getAttribute(name) !== value) old.setAttribute(name, value);
    }
    for (const { name } of [...old.attributes]) {
      if (!isKept(old, name) && !now.hasAttribute(name)) old.removeAttribute(name);
    }
    if (old.matches("textarea")) {
      if (old.defaultValue !== now.defaultValue) old.defaultValue = now.defaultValue;
    } else children(old, now);
    if (old.matches("input, textarea, select") && !isTyping && old.value !== now.value) old.value = now.value;
  }

  // Who was at something that has been drawn anew is at what stands in its place.
  function back(root, was) {
    const place = (was.id && document.getElementById(was.id)) || [...root.querySelectorAll("[data-at]")].find((each) => each.dataset.at === was.path);
    if (!place || place.disabled) return;
    place.focus({ preventScroll: true });
    if (was.start !== undefined && was.start !== null && place.setSelectionRange) place.setSelectionRange(was.start, was.end);
  }

  return { drawn, own, waits };
})();
