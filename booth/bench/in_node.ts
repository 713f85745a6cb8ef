// SPDX-License-Identifier: AGPL-3.0-or-later
/** The measure in Node: an order on standard input, the timings on standard output, both JSON. */

import { readFileSync } from "node:fs";
import { measure } from "./measure.ts";
import type { Order } from "./measure.ts";

console.log(JSON.stringify(measure(JSON.parse(readFileSync(0, "utf-8")) as Order)));
