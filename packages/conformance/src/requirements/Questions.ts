/** The ledger's chapter on what a server may ask of a client: elicitation, sampling, roots. Data; see `Requirement.ts` for what a row is. */
import type { Requirement } from "./Requirement.ts"

/** The rows of this chapter that bind a server. */
export const questions: ReadonlyArray<Requirement> = [
  {
    id: "ELI-03",
    revisions: "≥25-11",
    level: "MUST*",
    clause: "elicitation without a mode means forms",
    source: "S25-11:client/elicitation#capabilities",
    server: "tests",
    client: "tests"
  },
  {
    id: "ELI-05",
    revisions: "≥25-11",
    level: "MUST NOT",
    clause: "no mode is used that the client does not declare",
    source: "S25-11:client/elicitation#capabilities",
    server: "tests"
  },
  {
    id: "ELI-06",
    revisions: "≥25-11",
    level: "MUST",
    clause: "a question has a message, and a mode unless it is a form",
    source: "S25-11:client/elicitation#elicitation-requests",
    server: "tests"
  },
  {
    id: "ELI-09",
    revisions: "26-07",
    level: "MUST",
    clause: "input is asked for in results only",
    source: "S26:basic/patterns/mrtr",
    server: "tests"
  },
  {
    id: "ELI-10",
    revisions: "25-06",
    level: "MUST NOT",
    clause: "nothing sensitive is asked for",
    source: "S25-06:client/elicitation#user-interaction-model",
    server: { reason: "binds the application, which words the questions" }
  },
  {
    id: "ELI-11",
    revisions: "≥25-11",
    level: "MUST NOT",
    clause: "no secrets are asked for by form",
    source: "S25-11:client/elicitation#user-interaction-model",
    server: { reason: "binds the application, which words the questions" }
  },
  {
    id: "ELI-12",
    revisions: "≥25-11",
    level: "MUST",
    clause: "secrets are asked for at a URL",
    source: "S25-11:client/elicitation#user-interaction-model",
    server: { reason: "binds the application; Ask.url is there for it" }
  },
  {
    id: "ELI-14",
    revisions: "26-07",
    level: "MUST",
    clause: "a user who declines, or a client that fails, is reckoned with",
    source: "S26:client/elicitation#error-handling",
    server: "tests"
  },
  {
    id: "ELF-01",
    revisions: "≥25-11",
    level: "MUST",
    clause: "a form has a schema, and the mode form or none",
    source: "S25-11:client/elicitation#form-mode-elicitation-requests",
    server: "tests"
  },
  {
    id: "ELF-02",
    revisions: "≥25-06",
    level: "MUST*",
    clause: "a form is a flat object of primitives, and of lists of choices",
    source: "S26:client/elicitation#requested-schema",
    server: "tests"
  },
  {
    id: "ELF-03",
    revisions: "≥25-11",
    level: "MUST*",
    clause: "choices have the forms of the schema",
    source: "T26:EnumSchema",
    server: "tests",
    client: "tests"
  },
  {
    id: "ELU-01",
    revisions: "≥25-11",
    level: "MUST",
    clause: "a URL question has a mode, a message and a URL",
    source: "S25-11:client/elicitation#url-mode-elicitation-requests",
    server: "tests"
  },
  {
    id: "ELU-02",
    revisions: "≥25-11",
    level: "MUST",
    clause: "the URL is one",
    source: "S25-11:client/elicitation#url-mode-elicitation-requests",
    server: "tests"
  },
  {
    id: "ELU-03",
    revisions: "25-11",
    level: "MUST*",
    clause: "a URL question has an id of its own",
    source: "T25-11:ElicitRequestURLParams",
    server: "tests"
  },
  {
    id: "ELU-05",
    revisions: "25-11",
    level: "MUST",
    clause: "only the client that was asked hears that a URL question is complete",
    source: "S25-11:client/elicitation#completion-notifications-for-url-mode-elicitation",
    server: "tests"
  },
  {
    id: "ELU-06",
    revisions: "25-11",
    level: "MUST",
    clause: "and it hears its id",
    source: "S25-11:client/elicitation#completion-notifications-for-url-mode-elicitation",
    server: "tests"
  },
  {
    id: "ELU-09",
    revisions: "25-11",
    level: "MUST",
    clause: "a request that waits for URL questions may fail with -32042 and the list of them",
    source: "S25-11:client/elicitation#url-elicitation-required-error",
    server: "tests"
  },
  {
    id: "ELU-10",
    revisions: "25-11",
    level: "MUST",
    clause: "all of them are URL questions with an id",
    source: "S25-11:client/elicitation#url-elicitation-required-error",
    server: "tests"
  },
  {
    id: "ELU-11",
    revisions: "25-11",
    level: "MUST NOT",
    clause: "-32042 means nothing else",
    source: "S25-11:client/elicitation#url-elicitation-required-error",
    server: "tests"
  },
  {
    id: "ELU-14",
    revisions: "≥25-11",
    level: "MUST NOT",
    clause: "a URL holds nothing sensitive",
    source: "S25-11:client/elicitation#safe-url-handling",
    server: { reason: "binds the application, which makes the URL" }
  },
  {
    id: "ELU-15",
    revisions: "≥25-11",
    level: "MUST NOT",
    clause: "a URL is not authenticated in advance",
    source: "S25-11:client/elicitation#safe-url-handling",
    server: { reason: "binds the application, which makes the URL" }
  },
  {
    id: "ELS-01",
    revisions: "≥25-11",
    level: "MUST",
    clause: "questions are bound to client and user",
    source: "S25-11:client/elicitation#security-considerations",
    server: "tests"
  },
  {
    id: "ELS-09",
    revisions: "≥25-11",
    level: "MUST",
    clause: "what is kept of questions is bound to the user",
    source: "S25-11:client/elicitation#statefulness",
    server: "tests"
  },
  {
    id: "ELS-10",
    revisions: "25-11",
    level: "MUST NOT",
    clause: "and never to a session id alone",
    source: "S25-11:client/elicitation#statefulness",
    server: { reason: "between requests nothing is kept of questions: state travels with the client, sealed (MRS-09)" }
  },
  {
    id: "ELS-11",
    revisions: "≥25-11",
    level: "MUST",
    clause: "what is kept is protected",
    source: "S25-11:client/elicitation#statefulness",
    server: { reason: "between requests nothing is kept of questions: state travels with the client, sealed (MRS-09)" }
  },
  {
    id: "ELS-12",
    revisions: "≥25-11",
    level: "MUST",
    clause: "remote servers know users by their authorization",
    source: "S25-11:client/elicitation#statefulness",
    server: { reason: "binds the application until authorization is part of the server" }
  },
  {
    id: "ELS-13",
    revisions: "≥25-11",
    level: "MUST NOT",
    clause: "URL questions do not authorize the user to this server",
    source: "S25-11:client/elicitation#url-mode-elicitation-for-oauth-flows",
    server: { reason: "binds the application, which makes the URL" }
  },
  {
    id: "ELS-14",
    revisions: "≥25-11",
    level: "MUST NOT",
    clause: "credentials of others do not pass through the client",
    source: "S25-11:client/elicitation#understanding-the-distinction",
    server: { reason: "binds the application, which speaks to the third party" }
  },
  {
    id: "ELS-15",
    revisions: "≥25-11",
    level: "MUST NOT",
    clause: "the client's credentials are not used with others",
    source: "S25-11:client/elicitation#understanding-the-distinction",
    server: { reason: "binds the application, which speaks to the third party" }
  },
  {
    id: "ELS-16",
    revisions: "≥25-11",
    level: "MUST",
    clause: "users authorize the server with the third party themselves",
    source: "S25-11:client/elicitation#understanding-the-distinction",
    server: { reason: "binds the application, which speaks to the third party" }
  },
  {
    id: "ELS-17",
    revisions: "≥25-11",
    level: "MUST NOT",
    clause: "credentials gained at a URL do not go to the client",
    source: "S25-11:client/elicitation#understanding-the-distinction",
    server: { reason: "binds the application, which speaks to the third party" }
  },
  {
    id: "ELS-18",
    revisions: "≥25-11",
    level: "MUST NOT",
    clause: "a user's identity is not taken from the client's word",
    source: "S25-11:client/elicitation#identifying-the-user",
    server: { reason: "binds the application: the toolkit takes no user from a message" }
  },
  {
    id: "ELS-20",
    revisions: "≥25-11",
    level: "MUST",
    clause: "who opens the URL is verified",
    source: "S25-11:client/elicitation#phishing",
    server: { reason: "binds the application, which serves the page at the URL" }
  },
  {
    id: "ELS-21",
    revisions: "≥25-11",
    level: "MUST",
    clause: "who completes is who has started",
    source: "S25-11:client/elicitation#phishing",
    server: { reason: "binds the application, which serves the page at the URL" }
  },
  {
    id: "ELS-22",
    revisions: "≥25-11",
    level: "MUST",
    clause: "and the check cannot be tampered with",
    source: "S25-11:client/elicitation#phishing",
    server: { reason: "binds the application, which serves the page at the URL" }
  },
  {
    id: "SMP-04",
    revisions: "≥25-11",
    level: "MUST NOT",
    clause: "no tools are sent to a client that does not declare them",
    source: "S25-11:client/sampling#tools-in-sampling",
    server: "tests"
  },
  {
    id: "SMP-08",
    revisions: "≥25-11",
    level: "MUST",
    clause: "a message with tool results holds nothing else",
    source: "S25-11:client/sampling#tool-result-messages",
    server: "tests"
  },
  {
    id: "SMP-09",
    revisions: "≥25-11",
    level: "MUST",
    clause: "each tool use is answered in the next message",
    source: "S25-11:client/sampling#tool-use-and-result-balance",
    server: "tests"
  },
  {
    id: "SMP-10",
    revisions: "≥25-11",
    level: "MUST",
    clause: "and so is each that the model stops for",
    source: "S25-11:client/sampling#security-considerations",
    server: { reason: "binds the application, which runs the tools that a model asks for" }
  },
  {
    id: "SMP-12",
    revisions: "≥25-11",
    level: "MUST",
    clause: "a tool result names a tool use that was there",
    source: "T25-11:ToolResultContent",
    server: "tests",
    client: "tests"
  },
  {
    id: "SMP-18",
    revisions: "26-07",
    level: "MUST",
    clause: "messages have a role and content",
    source: "S26:client/sampling#messages",
    server: "tests"
  },
  {
    id: "SMP-31",
    revisions: "all",
    level: "MUST",
    clause: "sensitive data is handled with care",
    source: "S26:client/sampling#security-considerations",
    server: { reason: "binds the application, which words the messages" },
    client: { reason: "binds the application, which shows and answers the messages" }
  },
  {
    id: "ROO-04",
    revisions: "26-07",
    level: "MUST",
    clause: "roots are asked for in results only",
    source: "SEP-2575#deprecated-and-removed-rpcs",
    server: "tests"
  }
]
