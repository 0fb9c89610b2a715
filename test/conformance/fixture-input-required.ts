/** Conversations: requests of revision 2026-07-28 that are answered with questions before they are answered. */
import {
  CLIENT_CAPABILITIES_META_KEY,
  type ClientCapabilities,
  createRequestStateCodec,
  type InputRequests,
  type InputRequiredResult,
  inputRequired,
  inputResponse,
  type RequestStateCodec,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { formWith } from "./fixture-forms.ts";

export interface Conversation {
  description: string;
  /** What is asked in each round; the rounds may depend on what the client can do. */
  rounds(can: ClientCapabilities): InputRequests[];
  /** Whether the server gives its place in the conversation to the client, sealed against tampering. */
  sealed?: boolean;
}

const name = elicit("What is your name?", "name");
const confirmation = inputRequired.elicit({
  message: "Please confirm",
  requestedSchema: formWith("ok", { type: "boolean" }),
});

export const conversations: Record<string, Conversation> = {
  test_input_required_result_elicitation: {
    description: "Asks for a name",
    rounds: () => [{ user_name: name }],
  },
  test_input_required_result_sampling: {
    description: "Asks the client's model",
    rounds: () => [{ capital_question: sample("What is the capital of France?") }],
  },
  test_input_required_result_list_roots: {
    description: "Asks for the client's roots",
    rounds: () => [{ client_roots: inputRequired.listRoots() }],
  },
  test_input_required_result_request_state: {
    description: "Asks for a confirmation and keeps its state with the client",
    rounds: () => [{ confirm: confirmation }],
    sealed: true,
  },
  test_input_required_result_multiple_inputs: {
    description: "Asks three things at once",
    rounds: () => [
      { user_name: name, greeting: sample("Generate a greeting"), client_roots: inputRequired.listRoots() },
    ],
    sealed: true,
  },
  test_input_required_result_multi_round: {
    description: "Asks two things, one after the other",
    rounds: () => [
      { step1: elicit("Step 1: What is your name?", "name") },
      { step2: elicit("Step 2: What is your favorite color?", "color") },
    ],
    sealed: true,
  },
  test_input_required_result_tampered_state: {
    description: "Refuses a state that the client has changed",
    rounds: () => [{ confirm: confirmation }],
    sealed: true,
  },
  test_input_required_result_capabilities: {
    description: "Asks only what the client says it can answer",
    rounds: (can) => [
      { ...(can.sampling && { greeting: sample("Generate a greeting") }), ...(can.elicitation && { user_name: name }) },
    ],
  },
  test_missing_capability: {
    description: "Asks the client's model even if the client has none",
    rounds: () => [{ question: sample("Anyone there?") }],
  },
  test_streaming_elicitation: {
    description: "Asks for a name, and must not do so with a request of its own",
    rounds: () => [{ user_name: name }],
  },
};

export const promptConversation: Conversation = {
  description: "A prompt that asks for its context",
  rounds: () => [{ user_context: elicit("What context should the prompt use?", "context") }],
};

export const requestState: RequestStateCodec<number> = createRequestStateCodec<number>({
  key: "a secret that only this fixture knows of",
});

/** Gives the questions still to be asked, or nothing once every round is answered. */
export async function nextQuestions(
  { rounds, sealed = false }: Conversation,
  ctx: ServerContext,
): Promise<InputRequiredResult | undefined> {
  const asked = ctx.mcpReq.requestState<number>() ?? 0;
  const questions = rounds(declaredCapabilities(ctx));
  const round = isAnswered(questions[asked], ctx) ? asked + 1 : asked;
  const inputRequests = questions[round];
  if (!inputRequests) return undefined;
  return inputRequired(sealed ? { inputRequests, requestState: await requestState.mint(round) } : { inputRequests });
}

function isAnswered(questions: InputRequests | undefined, ctx: ServerContext): boolean {
  const keys = Object.keys(questions ?? {});
  return keys.every((key) => inputResponse(ctx.mcpReq.inputResponses, key).kind !== "missing");
}

function declaredCapabilities(ctx: ServerContext): ClientCapabilities {
  const envelope = ctx.mcpReq.envelope as Record<string, ClientCapabilities> | undefined;
  return envelope?.[CLIENT_CAPABILITIES_META_KEY] ?? {};
}

function elicit(message: string, field: string): InputRequests[string] {
  return inputRequired.elicit({ message, requestedSchema: formWith(field) });
}

function sample(words: string): InputRequests[string] {
  return inputRequired.createMessage({
    messages: [{ role: "user", content: { type: "text", text: words } }],
    maxTokens: 100,
  });
}
