/** What binds clients alone, of what servers may ask. Data; see `Requirement.ts` for what a row is. */
import type { Requirement } from "../Requirement.ts"

/** The rows of this chapter that bind clients alone. */
export const clientFeatures: ReadonlyArray<Requirement> = [
  {
    id: "ELI-01",
    revisions: "25-06, 25-11",
    level: "MUST",
    clause: "elicitation is declared in the handshake",
    source: "S25-11:client/elicitation#capabilities",
    client: "tests"
  },
  {
    id: "ELI-02",
    revisions: "26-07",
    level: "MUST",
    clause: "elicitation is declared with each request",
    source: "S26:client/elicitation#capabilities",
    client: "tests"
  },
  {
    id: "ELI-04",
    revisions: "≥25-11",
    level: "MUST",
    clause: "at least forms or URLs are supported by who declares elicitation",
    source: "S25-11:client/elicitation#capabilities",
    client: "tests"
  },
  {
    id: "ELI-07",
    revisions: "≥25-11",
    level: "MUST",
    clause: "a question without a mode is a form",
    source: "S25-11:client/elicitation#elicitation-requests",
    client: "tests"
  },
  {
    id: "ELI-08",
    revisions: "25-11",
    level: "MUST",
    clause: "a mode that was not declared is refused",
    source: "S25-11:client/elicitation#error-handling",
    client: "tests"
  },
  {
    id: "ELF-07",
    revisions: "≥25-06",
    level: "MUST*",
    clause: "only an accepted form has content",
    source: "T26:ElicitResult",
    client: "tests"
  },
  {
    id: "ELF-08",
    revisions: "≥25-11",
    level: "MUST",
    clause: "answers can be looked at before they are sent",
    source: "S25-11:client/elicitation#user-interaction-model",
    client: {
      reason: "binds the application, which shows the question to its user; what it needs for that is in the request"
    }
  },
  {
    id: "ELU-04",
    revisions: "25-11",
    level: "MUST",
    clause: "the id of a visit is opaque",
    source: "T25-11:ElicitRequestURLParams",
    client: "tests"
  },
  {
    id: "ELU-07",
    revisions: "25-11",
    level: "MUST",
    clause: "ids of visits that are not known are ignored",
    source: "S25-11:client/elicitation#completion-notifications-for-url-mode-elicitation",
    client: "tests"
  },
  {
    id: "ELU-13",
    revisions: "≥25-11",
    level: "MUST",
    clause: "the domain is shown, and consent asked, before a visit",
    source: "S25-11:client/elicitation#user-interaction-model",
    client: {
      reason: "binds the application, which shows the question to its user; what it needs for that is in the request"
    }
  },
  {
    id: "ELU-18",
    revisions: "≥25-11",
    level: "MUST",
    clause: "users are not led into malicious links",
    source: "S25-11:client/elicitation#safe-url-handling",
    client: "tests"
  },
  {
    id: "ELU-19",
    revisions: "≥25-11",
    level: "MUST NOT",
    clause: "nothing is fetched of a URL before consent",
    source: "S25-11:client/elicitation#safe-url-handling",
    client: "tests"
  },
  {
    id: "ELU-20",
    revisions: "≥25-11",
    level: "MUST NOT",
    clause: "no URL is opened without consent",
    source: "S25-11:client/elicitation#safe-url-handling",
    client: {
      reason: "binds the application, which shows the question to its user; what it needs for that is in the request"
    }
  },
  {
    id: "ELU-21",
    revisions: "≥25-11",
    level: "MUST",
    clause: "the whole URL is shown before consent",
    source: "S25-11:client/elicitation#safe-url-handling",
    client: {
      reason: "binds the application, which shows the question to its user; what it needs for that is in the request"
    }
  },
  {
    id: "ELU-22",
    revisions: "≥25-11",
    level: "MUST",
    clause: "a URL is opened where nobody can look in",
    source: "S25-11:client/elicitation#safe-url-handling",
    client: {
      reason: "binds the application, which shows the question to its user; what it needs for that is in the request"
    }
  },
  {
    id: "ELS-02",
    revisions: "≥25-11",
    level: "MUST",
    clause: "it is clear which server asks",
    source: "S25-11:client/elicitation#security-considerations",
    client: "tests"
  },
  {
    id: "ELS-04",
    revisions: "≥25-11",
    level: "MUST",
    clause: "declining and cancelling are choices",
    source: "S25-11:client/elicitation#user-interaction-model",
    client: "tests"
  },
  {
    id: "SMP-01",
    revisions: "legacy",
    level: "MUST",
    clause: "sampling is declared in the handshake",
    source: "S25-11:client/sampling#capabilities",
    client: "tests"
  },
  {
    id: "SMP-02",
    revisions: "26-07",
    level: "MUST",
    clause: "sampling is declared with each request",
    source: "S26:client/sampling#capabilities",
    client: "tests"
  },
  {
    id: "SMP-03",
    revisions: "≥25-11",
    level: "MUST",
    clause: "tools in sampling are declared",
    source: "S25-11:client/sampling#tools-in-sampling",
    client: "tests"
  },
  {
    id: "SMP-05",
    revisions: "≥25-11",
    level: "MUST",
    clause: "tools in sampling that were not declared for are refused",
    source: "T25-11:CreateMessageRequestParams.tools",
    client: "tests"
  },
  {
    id: "SMP-11",
    revisions: "≥25-11",
    level: "MUST",
    clause: "the choice of tools is kept to",
    source: "S25-11:client/sampling#tool-choice-modes",
    client: "tests"
  },
  {
    id: "SMP-20",
    revisions: "26-07",
    level: "MUST",
    clause: "the limit of tokens is kept to",
    source: "S26:client/sampling#sampling-parameters",
    client: { reason: "binds the application, which asks the model; the request reaches it whole" }
  },
  {
    id: "SMP-21",
    revisions: "all",
    level: "MUST",
    clause: "hints for a model are taken in order",
    source: "T26:ModelPreferences.hints",
    client: "tests"
  },
  {
    id: "SMP-32",
    revisions: "26-07",
    level: "MUST*",
    clause: "in the stateless era a refusal is no error: the request is not sent again",
    source: "S26:client/sampling#error-handling",
    client: "tests"
  },
  {
    id: "SMP-34",
    revisions: "≤25-06",
    level: "MUST NOT",
    clause: "content is no array where the revision has none",
    source: "SEP-1577#schema-changes",
    client: "tests"
  },
  {
    id: "ROO-01",
    revisions: "legacy",
    level: "MUST",
    clause: "roots are declared in the handshake",
    source: "S25-11:client/roots#capabilities",
    client: "tests"
  },
  {
    id: "ROO-02",
    revisions: "26-07",
    level: "MUST",
    clause: "roots are declared with each request",
    source: "S26:client/roots#capabilities",
    client: "tests"
  },
  {
    id: "ROO-03",
    revisions: "legacy",
    level: "MUST",
    clause: "changes of roots are told where that was declared",
    source: "S25-11:client/roots#root-list-changes",
    client: "tests"
  },
  {
    id: "ROO-05",
    revisions: "all",
    level: "MUST",
    clause: "roots are `file:` URIs",
    source: "S26:client/roots#root",
    client: "tests"
  },
  {
    id: "ROO-07",
    revisions: "all",
    level: "MUST",
    clause: "only permitted roots are shown",
    source: "S26:client/roots#security-considerations",
    client: { reason: "binds the application, which decides what it shows of its machine" }
  },
  {
    id: "ROO-08",
    revisions: "all",
    level: "MUST",
    clause: "roots cannot lead out of themselves",
    source: "S26:client/roots#security-considerations",
    client: "tests"
  },
  {
    id: "ROO-09",
    revisions: "all",
    level: "MUST",
    clause: "access to roots is controlled",
    source: "S26:client/roots#security-considerations",
    client: { reason: "binds the application, which decides what it shows of its machine" }
  },
  {
    id: "ROO-10",
    revisions: "all",
    level: "MUST",
    clause: "roots are watched for being there",
    source: "S26:client/roots#security-considerations",
    client: { reason: "binds the application, which decides what it shows of its machine" }
  }
]
