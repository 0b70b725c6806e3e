// Builds every file under static/vendor, and what only tests use, from the lock file; writes VENDOR.toml beside them.

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, "node_modules");

/** What is vendored, by folder: `from` is bundled by esbuild; `copy` is taken as published. */
const FOLDERS = {
  "promptassay/static/vendor": [
    { name: "CodeMirror", file: "codemirror.js", from: join(here, "codemirror.js"), version_of: "@codemirror/view" },
    { name: "htmx", file: "htmx.js", from: join(modules, "htmx.org/dist/htmx.esm.js"), version_of: "htmx.org" },
    {
      name: "Inter",
      file: "inter-latin.woff2",
      copy: "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2",
      version_of: "@fontsource-variable/inter",
    },
    {
      name: "Source Serif 4 semibold",
      file: "source-serif-4-latin-600.woff2",
      copy: "@fontsource/source-serif-4/files/source-serif-4-latin-600-normal.woff2",
      version_of: "@fontsource/source-serif-4",
    },
  ],
  // Web fonts are compressed in a way that needs a library to open; these are read by the product, to make PDF files.
  "promptassay/trust/legal/fonts": ["latin", "latin-ext", "greek", "cyrillic", "vietnamese"].flatMap((script) =>
    [400, 600].map((weight) => ({
      name: `Source Serif 4, ${script}, ${weight}`,
      file: `${script}-${weight}.woff`,
      copy: `@fontsource/source-serif-4/files/source-serif-4-${script}-${weight}-normal.woff`,
      version_of: "@fontsource/source-serif-4",
    })),
  ),
  "tests/browser/vendor": [{ name: "axe-core", file: "axe.js", copy: "axe-core/axe.min.js", version_of: "axe-core" }],
};

const manifest = (/** @type {string} */ name) => JSON.parse(readFileSync(join(modules, name, "package.json"), "utf8"));
const sha256 = (/** @type {Uint8Array} */ bytes) => createHash("sha256").update(bytes).digest("hex");

/** The packages whose code ended up in a bundle, from esbuild's metafile, sorted. */
function packagesIn(/** @type {Record<string, unknown>} */ inputs) {
  const names = Object.keys(inputs).map((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]);
  return [...new Set(names.filter((name) => name !== undefined))].sort();
}

function licenceText(/** @type {string[]} */ packages) {
  return packages
    .map((name) => {
      const files = readdirSync(join(modules, name)).filter((entry) => /^licen[cs]e/i.test(entry)).sort();
      if (!files.length) throw new Error(`${name} has no licence file`);
      const read = (/** @type {string} */ file) => readFileSync(join(modules, name, file), "utf8").replace(/\r\n/g, "\n").trim();
      const text = files.map(read).join("\n\n");
      return `${name} ${manifest(name).version}\n\n${text}\n`;
    })
    .join(`\n${"-".repeat(78)}\n\n`);
}

async function bundle(/** @type {string} */ entry) {
  const result = await build({
    entryPoints: [entry],
    absWorkingDir: here,
    bundle: true,
    format: "esm",
    target: "es2022",
    minify: true,
    legalComments: "none",
    metafile: true,
    write: false,
  });
  return { bytes: result.outputFiles[0].contents, packages: packagesIn(result.metafile.inputs) };
}

for (const [folder, files] of Object.entries(FOLDERS)) await fill(join(here, "../..", folder), files);

/** Write the files of one folder, their licences and their manifest; what stood there before is gone. */
async function fill(/** @type {string} */ out, /** @type {{name: string, file: string, from?: string, copy?: string, version_of: string}[]} */ files) {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  let toml = "# Written by tools/vendor/build.sh; a test compares each sha256 with the file.\n";
  for (const { name, file, from, copy, version_of } of files) {
    const { bytes, packages } = from
      ? await bundle(from)
      : { bytes: readFileSync(join(modules, copy ?? "")), packages: [version_of] };
    const licence = `${file}.LICENSE.txt`;
    const text = Buffer.from(licenceText(packages));
    writeFileSync(join(out, file), bytes);
    writeFileSync(join(out, licence), text);
    const licences = [...new Set(packages.map((each) => manifest(each).license))].sort().join(" AND ");
    toml += `\n[[file]]\nname = "${name}"\nversion = "${manifest(version_of).version}"\nlicence = "${licences}"\n`;
    toml += `file = "${file}"\nsha256 = "${sha256(bytes)}"\n`;
    toml += `licence_file = "${licence}"\nlicence_sha256 = "${sha256(text)}"\n`;
    toml += `packages = [${packages.map((each) => `\n  "${each} ${manifest(each).version}",`).join("")}\n]\n`;
  }
  writeFileSync(join(out, "VENDOR.toml"), toml);
}
