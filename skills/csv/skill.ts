import { content, defineSkill, defineTool } from "wcp-hall/skill";
import { z } from "zod";
import { describe } from "./src/describe.js";
import { parseCsv } from "./src/parse.js";
import { markdown, query } from "./src/query.js";

const csv = z.string().min(1).max(500_000).describe("A table as CSV; its first line names the columns");
const column = z.string().min(1).max(200);

const describeCsv = defineTool({
  name: "describe_csv",
  description: "Say what a CSV table holds: its columns, of what kind they are, and what is in them.",
  capability: "cap.data.describe",
  input_schema: z.object({ csv }),
  output_schema: z.object({
    rows: z.int().min(0),
    columns: z.array(
      z.object({
        name: z.string(),
        kind: z.enum(["number", "date", "text"]),
        empty: z.int().min(0),
        distinct: z.int().min(0),
        least: z.string().optional(),
        greatest: z.string().optional(),
        sum: z.number().optional(),
      }),
    ),
  }),
  handler({ csv }) {
    const table = parseCsv(csv);
    return { rows: table.rows.length, columns: describe(table) };
  },
  examples: [
    {
      name: "two columns",
      input: { csv: "day,cups\n2026-11-19,3\n2026-11-20,\n" },
      output: {
        rows: 2,
        columns: [
          { name: "day", kind: "date", empty: 0, distinct: 2, least: "2026-11-19", greatest: "2026-11-20" },
          { name: "cups", kind: "number", empty: 1, distinct: 1, least: "3", greatest: "3", sum: 3 },
        ],
      },
    },
  ],
});

const queryCsv = defineTool({
  name: "query_csv",
  description: "Find rows of a CSV table: by conditions, sorted, with the columns asked for.",
  capability: "cap.data.query",
  input_schema: z.object({
    csv,
    where: z
      .array(
        z.object({
          column,
          is: z.enum(["equal", "not equal", "less", "greater", "containing", "empty", "not empty"]),
          value: z.string().max(1_000).default(""),
        }),
      )
      .max(10)
      .default([])
      .describe("All of them must hold"),
    columns: z.array(column).min(1).max(100).optional(),
    sort: z.object({ column, descending: z.boolean().default(false) }).optional(),
    limit: z.int().min(1).max(500).default(50),
  }),
  output: "content",
  output_schema: z.object({
    total: z.int().min(0).describe("How many rows meet the conditions, shown or not"),
    columns: z.array(z.string()),
    rows: z.array(z.array(z.string())),
  }),
  handler({ csv, ...asked }) {
    const found = query(parseCsv(csv), asked);
    const more = found.total - found.rows.length;
    const note = more > 0 ? [`${more} more rows aren't shown.`] : [];
    return content([markdown(found), ...note], { ...found });
  },
  examples: [
    {
      name: "the two dearest",
      input: {
        csv: "tea;price\nAssam;4.5\nSencha;12\nMint;\nOolong;9\n",
        sort: { column: "price", descending: true },
        limit: 2,
      },
      output: {
        content: [
          { type: "text", text: "| tea | price |\n| --- | --- |\n| Sencha | 12 |\n| Oolong | 9 |" },
          { type: "text", text: "2 more rows aren't shown." },
        ],
        structured: {
          total: 4,
          columns: ["tea", "price"],
          rows: [
            ["Sencha", "12"],
            ["Oolong", "9"],
          ],
        },
      },
    },
  ],
});

// It reads what it is given and touches nothing else: no file, no network, no secret.
export default defineSkill({
  namespace: "org.acme",
  name: "csv",
  version: "1.0.0",
  title: "CSV",
  description: "Describes and queries tables in CSV.",
  worker: { species: "wrk.data.analyst" },
  risk_tier: "low",
  policy_tier: 2,
  capabilities: ["cap.data.describe", "cap.data.query"],
  data_labels: ["PUBLIC", "INTERNAL"],
  allowed_environments: ["dev", "stage", "prod"],
  required_controls: ["ctrl.obs.audit-log-append-only"],
  currently_implements: ["ctrl.obs.audit-log-append-only"],
  blast_radius: { data: 1, network: 0, financial: 0, time: 1, reversibility: 0 },
  privilege_envelope: { secrets_access: [], network_egress: "none", filesystem_writes: [], tools: [] },
  tools: [describeCsv, queryCsv],
});
