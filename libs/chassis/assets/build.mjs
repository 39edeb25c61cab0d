// Bundles the stylesheet of all pages into FOLDER/stodvag.css (default: .tools/assets at the top of the repository).
import { build } from "esbuild";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const folder = process.argv[2] ?? process.env.STODVAG_ASSETS ?? join(here, "../../../.tools/assets");

const built = await build({
  entryPoints: [join(here, "stodvag.css")],
  outfile: join(folder, "stodvag.css"),
  bundle: true,
  minify: true,
  legalComments: "inline",
  target: ["chrome110", "firefox115", "safari16"],
  metafile: true,
});
const [[file, { bytes }]] = Object.entries(built.metafile.outputs);
console.log(`${file}: ${(bytes / 1024).toFixed(1)} kB`);
