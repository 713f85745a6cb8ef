// SPDX-License-Identifier: AGPL-3.0-or-later
/** What the page of the booth loads. */

import "./older.ts";
import { start } from "./ui/start.ts";

start();
