/**
 * A report as a picture: the page to open when a world went wrong, and the text of a diagram to put into an issue.
 *
 * @since 0.1.0
 */
import * as HistoryPicture from "../picture/HistoryPicture.ts"
import * as Mermaid from "../picture/Mermaid.ts"
import * as Page from "../picture/Page.ts"
import type { Report } from "./Report.ts"

/**
 * A page that shows everything that happened, and where it went wrong. It is one file, which any browser opens.
 *
 * @category rendering
 * @since 0.1.0
 */
export const page = ({ history, plan, violations }: Report): string =>
  Page.render(HistoryPicture.sequenceOf(history), {
    title: violations.length === 0 ? `The world of seed ${plan.seed}` : `The world of seed ${plan.seed} went wrong`,
    summary: `seed ${plan.seed}`,
    findings: violations
  })

/**
 * A Mermaid sequence diagram of what happened.
 *
 * @category rendering
 * @since 0.1.0
 */
export const mermaid = ({ history }: Report, options?: Mermaid.MermaidOptions): string =>
  Mermaid.render(HistoryPicture.sequenceOf(history), options)
