// SPDX-License-Identifier: AGPL-3.0-or-later
// Builds app/web/static/dist: styles, scripts, fonts, icons, cards under hashed names, their .br and .gz, manifest.json.
// The argument is the Python that draws the cards, with the libraries of the site.
// The same sources give the same bytes; files of an earlier build go away only after the new manifest stands.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, extname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import esbuild from "esbuild";
import * as sass from "sass";

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = join(HERE, "..");
const MODULES = join(ROOT, "node_modules");
const DIST = join(ROOT, "app/web/static/dist");
const TEXT = new Set([".css", ".js", ".svg"]);

// Latin subsets; the browser fetches a face only where a page uses it.
const FONTS = [
  ["Titillium Web", "titillium-web", 400, "normal"],
  ["Titillium Web", "titillium-web", 400, "italic"],
  ["Titillium Web", "titillium-web", 600, "normal"],
  ["Titillium Web", "titillium-web", 700, "normal"],
  ["Lora", "lora", 400, "normal"],
  ["Lora", "lora", 400, "italic"],
  ["Lora", "lora", 700, "normal"],
  ["Roboto Mono", "roboto-mono", 400, "normal"],
];

const manifest = {};
const written = new Set(["manifest.json"]);

function emit(name, content) {
  const bytes = Buffer.from(content);
  const extension = extname(name);
  const mark = createHash("sha256").update(bytes).digest("hex").slice(0, 10);
  const hashed = `${name.slice(0, -extension.length)}.${mark}${extension}`;
  put(hashed, bytes);
  if (TEXT.has(extension)) {
    put(`${hashed}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
    put(`${hashed}.gz`, gzipSync(bytes, { level: 9 }));
  }
  manifest[name] = hashed;
  return hashed;
}

function put(name, bytes) {
  const path = join(DIST, name);
  writeFileSync(`${path}.new`, bytes);
  renameSync(`${path}.new`, path);
  written.add(name);
}

function fonts() {
  return FONTS.map(([family, folder, weight, style]) => {
    const file = join(MODULES, `@fontsource/${folder}/files/${folder}-latin-${weight}-${style}.woff2`);
    const suffix = style === "italic" ? `${weight}-italic` : `${weight}`;
    const hashed = emit(`${folder}-${suffix}.woff2`, readFileSync(file));
    return (
      `@font-face{font-family:"${family}";font-weight:${weight};font-style:${style};font-display:swap;` +
      `src:url("${hashed}") format("woff2")}`
    );
  }).join("\n");
}

function styles(name, faces) {
  const { css } = sass.compile(join(HERE, "scss", `${name}.scss`), {
    loadPaths: [MODULES],
    quietDeps: true,
    silenceDeprecations: ["import", "global-builtin", "color-functions", "if-function", "slash-div"],
    logger: sass.Logger.silent,
  });
  const options = { loader: "css", minify: true, target: ["chrome109", "firefox109", "safari15"], charset: "utf8" };
  const result = esbuild.transformSync(`${faces}\n${css.replace("@charset \"UTF-8\";", "")}`, options);
  emit(`${name}.css`, result.code);
}

function scripts(name) {
  const result = esbuild.buildSync({
    entryPoints: [join(HERE, `js/${name}.js`)],
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: "es2020",
    charset: "utf8",
    legalComments: "none",
  });
  emit(`${name}.js`, result.outputFiles[0].text);
}

function sprite() {
  const names = JSON.parse(readFileSync(join(HERE, "icons/used.json"), "utf8"));
  const symbols = names.map((name) => {
    const source = readFileSync(join(MODULES, `bootstrap-italia/src/svg/${name}.svg`), "utf8");
    const inner = source.replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "").replace(/\s+/g, " ").trim();
    const box = /viewBox="([^"]+)"/.exec(source)?.[1] ?? "0 0 24 24";
    return `<symbol id="${name}" viewBox="${box}">${inner}</symbol>`;
  });
  emit("sprite.svg", `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`);
}

// What other sites show beside a link to a page, in each language.
function cards() {
  const folder = mkdtempSync(join(tmpdir(), "card-"));
  try {
    execFileSync(resolve(ROOT, process.argv[2] ?? ".venv/bin/python"), [join(HERE, "card/make_card.py"), folder]);
    for (const name of readdirSync(folder).sort()) emit(name, readFileSync(join(folder, name)));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function sweep() {
  for (const name of readdirSync(DIST)) {
    if (!written.has(name)) rmSync(join(DIST, name), { recursive: true });
  }
}

mkdirSync(DIST, { recursive: true });
const faces = fonts();
styles("app", faces);
styles("work", "");
styles("print", faces);
scripts("app");
scripts("writing");
scripts("passkeys");
scripts("need");
sprite();
emit("italy.svg", readFileSync(join(HERE, "map/italy.svg")));
cards();
put("manifest.json", Buffer.from(`${JSON.stringify(manifest, Object.keys(manifest).sort(), 2)}\n`));
sweep();
