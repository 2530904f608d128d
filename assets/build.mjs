// Makes of npm packages what pages load: `node build.mjs PAGES INTO`, run by hatch_build.py.
//
// PAGES is the folder of templates and scripts: of the style sheet only what they use is kept, and of the icons
// those that they name.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { PurgeCSS } from "purgecss";

const [pages, into] = process.argv.slice(2);
const packages = join(import.meta.dirname, "node_modules");
const written = readdirSync(pages, { recursive: true, withFileTypes: true })
  .filter((file) => file.isFile() && /\.(html|js|py)$/.test(file.name))
  .map((file) => join(file.parentPath, file.name))
  .filter((file) => !file.startsWith(into));

async function style() {
  const css = readFileSync(join(packages, "@tabler/core/dist/css/tabler.min.css"), "utf8");
  const [kept] = await new PurgeCSS().purge({
    content: written,
    css: [{ raw: css }],
    defaultExtractor: (text) => text.match(/[\w-]+/g) ?? [],
    safelist: { greedy: [/data-bs-theme/, /:root/] },
    variables: true,
    keyframes: true,
  });
  return kept.css.replace(/\/\*# sourceMappingURL.*?\*\//g, "");
}

function icons() {
  const named = new Set();
  for (const file of written) {
    for (const [, name] of readFileSync(file, "utf8").matchAll(/(?:\{% icon |icon=)"([\w-]+)"/g)) named.add(name);
  }
  const symbols = [...named].sort().map((name) => {
    const svg = readFileSync(join(packages, `@tabler/icons/icons/outline/${name}.svg`), "utf8");
    const drawn = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"));
    return `<symbol id="${name}" viewBox="0 0 24 24">${drawn.replace(/\s*\n\s*/g, "")}</symbol>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`;
}

mkdirSync(into, { recursive: true });
writeFileSync(join(into, "tabler.css"), await style());
writeFileSync(join(into, "icons.svg"), icons());
await build({
  entryPoints: [join(import.meta.dirname, "charts.js")],
  outfile: join(into, "charts.js"),
  bundle: true,
  minify: true,
  format: "iife",
  legalComments: "linked",
});
