// Puts the chosen theme on before the first paint. A classic script: a module would come after it.
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem("orchestratai.theme");
  } catch {
    // storage is off: the system's theme it is
  }
  if (chosen) document.documentElement.dataset.theme = chosen;
})();
