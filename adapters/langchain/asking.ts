import { AsyncLocalStorage } from "node:async_hooks";
import { interrupt } from "@langchain/langgraph";
import type { HoldAnswer, HoldQuestion } from "../../src/protocol/outcome.js";
import { type Answers, answerTo, approvalsRequest, isAbout, readAnswers } from "./answers.js";

/** Says what came of a question, and afterwards whether the graph has to stop and ask it first. */
export type Asking = {
  readonly onHold: (question: HoldQuestion) => Promise<HoldAnswer>;
  /** Throws what a graph stops with, if asking began with stopping. To be called once the gate has answered. */
  readonly stopIfAsked: () => void;
};

/** A person is asked by stopping the graph that runs here; outside one, or without a checkpointer, nobody is. */
export function askByInterrupt(): Asking {
  let stop: unknown;
  return {
    onHold: once((question) => {
      try {
        return answerTo(question, readAnswers(interrupt(approvalsRequest([question])), [question]));
      } catch (error) {
        if (stopsGraph(error)) stop = error;
        return "later";
      }
    }),
    stopIfAsked() {
      if (stop !== undefined) throw stop;
    },
  };
}

/** The batch was asked about already: an answer counts for the hold it was given about, whatever call meets it. */
export function askFrom(answers: Answers): Asking {
  return { onHold: once((question) => answerTo(question, answers)), stopIfAsked: () => {} };
}

/** A call is asked about once: the gate asks again while approvers are silent, and a graph has nothing new to say. */
function once(ask: (question: HoldQuestion) => HoldAnswer): Asking["onHold"] {
  let isAsked = false;
  return async (question) => {
    if (isAsked) return "later";
    isAsked = true;
    return ask(question);
  };
}

/**
 * Asks about a batch of holds by stopping the graph. Throws what the graph stops with. A reply that names none of them
 * is to a question that isn't asked any more (the calls were edited, a hold expired, another policy applies), so it is
 * asked again; an empty one leaves them waiting. The node that calls this may not interrupt for anything else, since
 * it runs from its top on each resume. Undefined where nobody can be asked, since there is no checkpointer.
 */
export function askBatch(questions: readonly HoldQuestion[]): Answers | undefined {
  for (;;) {
    let resumed: unknown;
    try {
      resumed = interrupt(approvalsRequest(questions));
    } catch (error) {
      if (stopsGraph(error)) throw error;
      return undefined;
    }
    const isEmpty = resumed === undefined || resumed === null;
    if (isEmpty || isAbout(questions, resumed)) return readAnswers(resumed, questions);
  }
}

/** What LangGraph throws to stop a node or to leave a subgraph is no failure, and nobody but LangGraph may catch it. */
export function stopsGraph(error: unknown): boolean {
  return (
    typeof error === "object" && error !== null && "is_bubble_up" in error && error.is_bubble_up === true
  );
}

const batches = new AsyncLocalStorage<Answers>();

/** Runs a governed tool under a middleware that has asked about the whole batch. */
export function answeredBy<T>(answers: Answers, run: () => T): T {
  return batches.run(answers, run);
}

/** How a governed tool asks: through the middleware that it runs under, else by itself. */
export function askHere(): Asking {
  const answers = batches.getStore();
  return answers === undefined ? askByInterrupt() : askFrom(answers);
}
