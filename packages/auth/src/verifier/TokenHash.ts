/**
 * The hash that a token is known by where something is remembered of it. It is made out at once: a gate needs it with
 * every request, and the platform's own, which is computed on another thread, costs more than all else that a request
 * does. It is for looking tokens up; what is signed or sealed is the platform's to compute.
 *
 * @since 0.1.0
 */
import { sha256 } from "@noble/hashes/sha2.js"
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js"

/**
 * The SHA-256 of a token's UTF-8 bytes (FIPS 180-4), as 64 digits in hex.
 *
 * @category hashing
 * @since 0.1.0
 */
export const of = (token: string): string => bytesToHex(sha256(utf8ToBytes(token)))
