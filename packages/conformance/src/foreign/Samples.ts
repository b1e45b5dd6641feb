/**
 * What the servers made with other people's libraries say, so that one set of tests can read it from all of them. Plain
 * data: each server writes it in the way of its library.
 */

/** A picture of one pixel. */
export const picture =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

/** A sound of no length. */
export const sound = "UklGRiQAAABXQVZFZm10IBAAAAABAAEARKwAAIhYAQACABAAZGF0YQAAAAA="

/** A resource, and a template beside it. */
export const greetingUri = "demo://greeting"
export const greetingTemplate = "demo://greeting/{name}"

/** The text of the resource. */
export const greeting = (name: string): string => `Hello, ${name}!`

/** The text of the prompt `review`. */
export const review = (code: string): string => `Please review: ${code}`

/** One block of each kind. */
export const contents = [
  { type: "text" as const, text: "text" },
  { type: "image" as const, data: picture, mimeType: "image/png" },
  { type: "audio" as const, data: sound, mimeType: "audio/wav" },
  { type: "resource" as const, resource: { uri: greetingUri, mimeType: "text/plain", text: greeting("you") } },
  { type: "resource_link" as const, uri: greetingUri, name: "greeting" }
]
