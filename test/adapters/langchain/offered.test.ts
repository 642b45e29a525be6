import { createMiddleware, tool } from "langchain";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { asked, makeAgent, modelThatCalls } from "./agent.js";
import { openBench } from "./bench.js";

describe("what a model is offered under the middleware", async () => {
  const { hall, own, host, govern } = await openBench();
  afterAll(() => hall.close());
  let problems: string[] = [];
  beforeEach(() => {
    problems = [];
  });
  const onProblem = (problem: string) => void problems.push(problem);

  test.each([
    [
      "by name and type",
      { type: "web_search_20250305", name: "web_search" },
      "web_search, web_search_20250305",
    ],
    ["by type", { type: "code_interpreter", container: { type: "auto" } }, "code_interpreter"],
    ["by its one member", { googleSearch: {} }, "googleSearch"],
  ])(
    "a tool that runs at the provider is named %s, and the model isn't called",
    async (_how, theirs, name) => {
      const model = modelThatCalls();
      const agent = makeAgent({ model, tools: [...own, host.sendMail, theirs], middleware: [govern()] });
      const error: unknown = await agent.invoke(asked()).catch((it: unknown) => it);
      expect(error).toMatchObject({ name: "TypeError", cause: expect.any(TypeError) });
      expect(String(error)).toContain(`\n  ${name}: nothing here runs it`);
      expect(String(error)).toMatch(/provider, where no gate decides; take it out/);
      expect(String(error)).not.toContain("send_mail");
      expect(model.callCount).toBe(0);
    },
  );

  test("also one that other middleware brings", async () => {
    const model = modelThatCalls();
    const brings = createMiddleware({
      name: "Brings",
      wrapModelCall: (request, handler) =>
        handler({ ...request, tools: [...request.tools, { type: "web_search" }] }),
    });
    const agent = makeAgent({ model, tools: own, middleware: [brings, govern()] });
    await expect(agent.invoke(asked())).rejects.toThrow("web_search: ");
    expect(model.callCount).toBe(0);
  });

  test("what is wrong with the host's tools is told once, before any is called", async () => {
    const dated = tool(() => "", {
      name: "dated",
      description: "Dates.",
      schema: z.object({ at: z.date() }),
    });
    const agent = makeAgent({
      model: modelThatCalls([{ name: "search_notes", args: { query: "tea" } }]),
      tools: [...own, host.sendMail, host.nobodys, dated],
      middleware: [
        govern({ capabilities: { send_mail: "cap.mail.send", dated: "cap.doc.read" }, onProblem }),
      ],
    });
    await agent.invoke(asked()); // the model is asked twice
    expect(problems).toEqual([
      expect.stringMatching(/^nobodys is denied: no capability is named for it; have capabilities give one/),
      expect.stringMatching(/^dated is denied: its schema or annotations can't be said in JSON; give it/),
    ]);
  });
});
