// A link is put where it can be pasted from. Where browsers do not allow that, it is marked, to be copied by hand.
document.addEventListener("click", async (event) => {
  const copies = event.target.closest?.("[data-copies]");
  if (!copies) return;
  const field = document.querySelector(copies.dataset.copies);
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    copies.querySelector("[data-copied]").textContent = "Copied";
  } catch {
    field.focus();
  }
});
