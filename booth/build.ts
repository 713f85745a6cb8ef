// SPDX-License-Identifier: AGPL-3.0-or-later
/** Builds the booth's bundle into `dist/`, the same bytes from the same sources on every machine.
 *
 *     node build.ts           write dist/booth.js and print its sizes
 *     node build.ts --check   compare it with what the sources give; exit 1 if it differs
 *
 * dist/ is committed and shipped, so that a server needs no Node.
 */

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const OUTPUT = fileURLToPath(new URL("dist/booth.js", import.meta.url));

// The libraries' licence asks for its notice in every copy.
const BANNER =
  "/*! Preau, AGPL-3.0-or-later. With noble-curves and noble-hashes, MIT License," +
  " (c) 2022 Paul Miller (paulmillr.com) */";

/** Return the bytes of the bundle. */
async function bundle(): Promise<Buffer> {
  const built = await build({
    absWorkingDir: HERE,
    entryPoints: ["src/main.ts"],
    outfile: "dist/booth.js",
    bundle: true,
    minify: true,
    format: "esm",
    target: ["es2020", "safari14"],
    // esbuild avoids destructuring for Safari 14.0, whose fault is in defaults that refer to
    // later parameters: nothing here has any.
    supported: { destructuring: true },
    banner: { js: BANNER },
    legalComments: "eof",
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

const built = await bundle();
if (!process.argv.includes("--check")) {
  mkdirSync(fileURLToPath(new URL("dist", import.meta.url)), { recursive: true });
  writeFileSync(OUTPUT, built);
} else if (!readFileSync(OUTPUT).equals(built)) {
  console.error("booth: dist/booth.js is not what the sources give\nhint: run `make booth`");
  process.exitCode = 1;
}
console.log(JSON.stringify(figures(built)));
