import { describe, expect, test } from "vitest";
import { parseRouteInput } from "../../src/protocol/request.js";
import { REQUEST } from "../decide/fixture.js";

describe("parseRouteInput", () => {
  test("fills in what has a default, and drops nulls and what it doesn't know", () => {
    const { request, ...bare } = REQUEST;
    expect(parseRouteInput({ ...bare, blast_score: null, privilege_context: null, more: 1 })).toEqual({
      input: { ...bare, request: {}, dry_run: false },
    });
    expect(parseRouteInput(REQUEST)).toEqual({ input: { ...bare, request, dry_run: false } });
  });

  test("keeps what is optional", () => {
    const optional = {
      blast_radius: { data: 1 },
      blast_score: 0,
      privilege_context: {},
      tenant_credential: "t",
    };
    expect(parseRouteInput({ ...REQUEST, ...optional })).toMatchObject({ input: optional });
  });

  test("lists all that is wrong", () => {
    const parsed = parseRouteInput({
      capability_id: "",
      tenant_id: 5,
      correlation_id: "\ud800",
      dry_run: "yes",
    });
    expect("problems" in parsed && parsed.problems.map(({ path, keyword }) => `${path}:${keyword}`)).toEqual([
      "capability_id:minLength",
      "env:enum",
      "data_label:enum",
      "tenant_risk:enum",
      "qos_class:enum",
      "tenant_id:type",
      "correlation_id:type",
      "dry_run:type",
    ]);
  });

  test("echoes the texts of a wrong request, well-formed, and nothing else", () => {
    const parsed = parseRouteInput({
      ...REQUEST,
      env: "production",
      tenant_id: 7,
      correlation_id: "a\ud800",
    });
    expect("echo" in parsed && parsed.echo).toMatchObject({
      env: "production",
      tenant_id: "",
      correlation_id: "a\ufffd",
    });
  });

  test.each([null, undefined, 5, "x", [], () => 1])("%j is no request", (value) => {
    expect(parseRouteInput(value)).toMatchObject({ problems: [{ path: "", keyword: "type" }] });
  });
});
