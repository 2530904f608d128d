// Before anything is drawn: light or dark, as the reader said here, else as their system is.
(() => {
  const said = localStorage.getItem("theme");
  const dark = said ? said === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.setAttribute("data-bs-theme", dark ? "dark" : "light");
})();
