// SPDX-License-Identifier: AGPL-3.0-or-later
/** Builds the pages' three bundles into `dist/`, the same bytes from the same sources everywhere.
 *
 *     node build.ts           write dist/booth.js, checking.js and receipt.js, and print their sizes
 *     node build.ts --check   compare them with what the sources give; exit 1 if one differs
 *
 * dist/ is committed and shipped, so that a server needs no Node.
 */

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";

const HERE = fileURLToPath(new URL(".", import.meta.url));

/** The booth, and the pages that open a checked ballot and check a receipt without network. */
const ENTRIES = {
  "booth.js": "src/main.ts",
  "checking.js": "src/ui/checking_page.ts",
  "receipt.js": "src/ui/receipt_page.ts",
};

// The libraries' licence asks for its notice in every copy.
const notice = (libraries: string): string =>
  `/*! Preau, AGPL-3.0-or-later. With ${libraries}, MIT License (c) 2022 Paul Miller (paulmillr.com) */`;

/** Return the bytes of the bundle that begins at this source. */
async function bundle(name: string, entry: string): Promise<Buffer> {
  const scanner = name === "receipt.js" ? " and qr" : "";
  const built = await build({
    absWorkingDir: HERE,
    entryPoints: [entry],
    outfile: `dist/${name}`,
    bundle: true,
    minify: true,
    format: "esm",
    target: ["es2020", "safari14"],
    // esbuild avoids destructuring for Safari 14.0, whose fault is in defaults that refer to
    // later parameters: nothing here has any.
    supported: { destructuring: true },
    banner: { js: notice(`noble-curves, noble-hashes${scanner}`) },
    // The banner says what noble's own comments say; that of the scanner says more.
    legalComments: scanner === "" ? "none" : "eof",
    write: false,
  });
  const [file] = built.outputFiles;
  if (file === undefined || built.outputFiles.length !== 1) {
    throw new Error("the bundle is not one file");
  }
  return Buffer.from(file.contents);
}

/** Return sizes in bytes and the SHA-256 of the bundle, as they are printed. */
function figures(data: Buffer): Readonly<Record<string, number | string>> {
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };
  return {
    bytes: data.length,
    gzip: gzipSync(data, { level: 9 }).length,
    brotli: brotliCompressSync(data, quality).length,
    sha256: createHash("sha256").update(data).digest("hex"),
  };
}

/** Tell whether this bundle, as it lies in `dist/`, is what the sources give. */
function isUpToDate(path: string, built: Buffer): boolean {
  return existsSync(path) && readFileSync(path).equals(built);
}

const all: Record<string, ReturnType<typeof figures>> = {};
for (const [name, entry] of Object.entries(ENTRIES)) {
  const built = await bundle(name, entry);
  const path = fileURLToPath(new URL(`dist/${name}`, import.meta.url));
  all[name] = figures(built);
  if (!process.argv.includes("--check")) {
    mkdirSync(fileURLToPath(new URL("dist", import.meta.url)), { recursive: true });
    writeFileSync(path, built);
  } else if (!isUpToDate(path, built)) {
    console.error(`booth: dist/${name} is not what the sources give\nhint: run \`make booth\``);
    process.exitCode = 1;
  }
}
console.log(JSON.stringify(all));
