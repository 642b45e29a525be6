import { expect, test } from "vitest";
import { workerNamespace } from "../../src/attest/namespace.js";

test.each([
  ["org.acme.notes", "org.acme"],
  ["org.example.w.i-1", "org.example"],
  ["x.ana-b.Worker_2", "x.ana-b"],
])("%s is answered for by %s", (id, namespace) => expect(workerNamespace(id)).toBe(namespace));

test.each([
  "",
  "x.",
  "x.a",
  "org.a",
  "org..b",
  "com.acme.x",
  "ORG.acme.x",
  "org.Acme.x",
  "org.acme.",
  "org.acme.x ",
  "org.acme.x\n",
])("%j names no namespace", (id) => expect(workerNamespace(id)).toBeUndefined());
